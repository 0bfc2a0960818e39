use axum::extract::Query;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use serde::{Deserialize, Serialize};

/// What was asked: `2d6` is two dice of six sides.
#[derive(Deserialize)]
struct Asked {
    dice: String,
}

#[derive(Serialize)]
struct Rolled {
    rolled: Vec<u32>,
    sum: u32,
}

pub fn app() -> Router {
    Router::new().route("/health", get(|| async { "ok" })).route("/roll", get(roll))
}

async fn roll(Query(asked): Query<Asked>) -> Result<Json<Rolled>, (StatusCode, &'static str)> {
    let (count, sides) = read(&asked.dice).ok_or((StatusCode::BAD_REQUEST, "dice are such as 2d6"))?;
    let rolled: Vec<u32> = (0..count).map(|_| fastrand::u32(1..=sides)).collect();
    let sum = rolled.iter().sum();
    Ok(Json(Rolled { rolled, sum }))
}

/// How many dice of how many sides, at most 100 of 1000.
fn read(text: &str) -> Option<(u32, u32)> {
    let (count, sides) = text.split_once('d')?;
    let (count, sides) = (count.parse().ok()?, sides.parse().ok()?);
    ((1..=100).contains(&count) && (2..=1000).contains(&sides)).then_some((count, sides))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;
    use axum::http::Request;
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    async fn ask(path: &str) -> (StatusCode, String) {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let answer = app().oneshot(request).await.unwrap();
        let status = answer.status();
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn dice_are_rolled() {
        let (status, body) = ask("/roll?dice=3d6").await;
        assert_eq!(status, StatusCode::OK);
        let sum: u32 = body.split("\"sum\":").nth(1).unwrap().trim_end_matches('}').parse().unwrap();
        assert!((3..=18).contains(&sum), "{body}");
    }

    #[tokio::test]
    async fn what_is_no_dice_is_refused() {
        for dice in ["", "6", "0d6", "101d6", "2d1", "2d1001", "-1d6", "2dx"] {
            assert_eq!(ask(&format!("/roll?dice={dice}")).await.0, StatusCode::BAD_REQUEST, "{dice}");
        }
    }

    #[tokio::test]
    async fn it_says_that_it_is_there() {
        assert_eq!(ask("/health").await, (StatusCode::OK, "ok".to_owned()));
    }
}
