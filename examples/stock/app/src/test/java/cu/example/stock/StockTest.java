package cu.example.stock;

import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.content;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.webmvc.test.autoconfigure.WebMvcTest;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.ResultActions;

@WebMvcTest
class StockTest {

    @Autowired
    private MockMvc app;

    private ResultActions change(String body) throws Exception {
        return app.perform(post("/things/mango").contentType(MediaType.APPLICATION_JSON).content(body));
    }

    @Test
    void noMoreIsTakenThanThereIs() throws Exception {
        change("{\"by\": 3}").andExpect(status().isOk());
        change("{\"by\": -4}").andExpect(status().isConflict());
        app.perform(get("/things")).andExpect(content().json("{\"mango\": 3}"));
    }

    @Test
    void whatIsNoChangeIsRefused() throws Exception {
        change("{}").andExpect(status().isBadRequest());
        change("").andExpect(status().isBadRequest());
    }

    @Test
    void itSaysThatItIsThere() throws Exception {
        app.perform(get("/health")).andExpect(content().string("ok"));
    }
}
