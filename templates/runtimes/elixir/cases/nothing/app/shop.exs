IO.puts 1
