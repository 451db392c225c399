//! The function's routes. Those of a login, and those for whoever forgot a password, have no authorizer before them.

mod mfa;
mod password;
mod refusals;
mod session;

use axum::{
    Router,
    routing::{delete, get, post, put},
};
use utoipa::OpenApi;

use crate::App;

/// The routes with what they need.
pub fn router(app: App) -> Router {
    Router::new()
        .route("/v1/session", post(session::create).get(session::fetch).delete(session::delete))
        .route("/v1/session/challenge", post(session::answer))
        .route("/v1/session/refresh", post(session::refresh))
        .route("/v1/sessions", delete(session::delete_all))
        .route("/v1/password", put(password::change))
        .route("/v1/password/forgotten", post(password::forgotten))
        .route("/v1/password/reset", post(password::reset))
        .route("/v1/mfa", get(mfa::fetch))
        .route("/v1/mfa/totp", post(mfa::begin_totp).put(mfa::turn_on_totp).delete(mfa::turn_off_totp))
        .route("/v1/mfa/sms", post(mfa::begin_sms).put(mfa::turn_on_sms).delete(mfa::turn_off_sms))
        .with_state(app)
}

/// The routes' OpenAPI document.
pub fn openapi() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(
        session::create,
        session::answer,
        session::fetch,
        session::refresh,
        session::delete,
        session::delete_all,
        password::change,
        password::forgotten,
        password::reset,
        mfa::fetch,
        mfa::begin_totp,
        mfa::turn_on_totp,
        mfa::turn_off_totp,
        mfa::begin_sms,
        mfa::turn_on_sms,
        mfa::turn_off_sms,
    ))]
    struct Document;
    Document::openapi()
}
