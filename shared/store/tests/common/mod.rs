//! The database's administrator, who owns the tables and could do what no role of a function can.

use std::{env, sync::Arc};

use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, pem::PemObject},
};
use tokio_postgres::{Client, Config};
use tokio_postgres_rustls::MakeRustlsConnect;

fn variable(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| panic!("{name} is not set: `make test` sets it"))
}

/// A connection of the administrator's to a database.
pub(crate) async fn administrator(database: String) -> Client {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(variable("VIVIER_TEST_DATABASE_TLS_CA")).unwrap() {
        roots.add(certificate.unwrap()).unwrap();
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let tls = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let mut config: Config = variable("VIVIER_TEST_DATABASE_ADMIN_URL").parse().unwrap();
    config.dbname(database);
    let (client, connection) = config.connect(MakeRustlsConnect::new(tls)).await.unwrap();
    tokio::spawn(connection);
    client
}
