//! What every function shares: start-up, telemetry, the edges that turn an event into a scope and an error into an answer.

pub mod clock;
pub mod entries;
pub mod events;
pub mod http;
pub mod invocation;
pub mod operator;
pub mod serve;
pub mod settings;
pub mod tasks;
pub mod telemetry;

pub use clock::Clock;
pub use invocation::{Handler, HandlerError, Invocation};
pub use serve::{Function, StartError, tenancy_from_env};
pub use settings::Settings;
