package cu.example.stock;

import java.util.Map;
import java.util.TreeMap;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** How many of each thing there are, as long as the process lives. */
@SpringBootApplication
@RestController
public class Stock {

    /** So many more, or fewer. */
    record Change(Integer by) {}

    private final Map<String, Integer> amounts = new TreeMap<>();

    public static void main(String[] arguments) {
        SpringApplication.run(Stock.class, arguments);
    }

    @GetMapping("/health")
    String health() {
        return "ok";
    }

    @GetMapping("/things")
    synchronized Map<String, Integer> things() {
        return new TreeMap<>(amounts);
    }

    @PostMapping("/things/{thing}")
    synchronized ResponseEntity<Map<String, Object>> change(@PathVariable String thing, @RequestBody Change change) {
        if (change.by() == null) {
            return ResponseEntity.badRequest().body(Map.of("error", "a change needs a number `by`"));
        }
        long left = (long) amounts.getOrDefault(thing, 0) + change.by();
        if (left < 0 || left > Integer.MAX_VALUE) {
            return ResponseEntity.status(HttpStatus.CONFLICT).body(Map.of("error", "there are not so many"));
        }
        amounts.put(thing, (int) left);
        return ResponseEntity.ok(Map.of("thing", thing, "left", left));
    }
}
