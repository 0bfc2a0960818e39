mod app;

use std::net::Ipv4Addr;

use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let port = std::env::var("PORT").ok().and_then(|port| port.parse().ok()).unwrap_or(8000);
    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)).await?;
    let mut asked = signal(SignalKind::terminate())?;
    // What is being answered is answered; then the process ends.
    let end = async move {
        asked.recv().await;
    };
    axum::serve(listener, app::app()).with_graceful_shutdown(end).await
}
