fn main() {
    let _ = std::env::var("PORT");
}
