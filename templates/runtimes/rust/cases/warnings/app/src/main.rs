fn main() {
    std::net::TcpListener::bind("127.0.0.1:3000").unwrap();
}
