fn main() {
    let _ = std::env::var("PORT");
    let _ = sqlx::query!("SELECT 1");
}
