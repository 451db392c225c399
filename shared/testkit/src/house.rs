//! A house for tests that need one and open no room of it.

use aws_config::{BehaviorVersion, SdkConfig};
use vivier_tenancy::{Cloud, Tenancy, config::Config};

/// A house in which no room is furnished: whoever tries to open one is refused, and nothing is called.
pub fn empty() -> Tenancy {
    let sdk = SdkConfig::builder().behavior_version(BehaviorVersion::latest()).build();
    let config = Config { stage: "empty".to_owned(), ..Config::default() };
    Tenancy::new(config, &Cloud::new(sdk))
}
