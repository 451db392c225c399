//! TLS to PostgreSQL: 1.2 or newer, and the server's certificate must be signed by the one authority we were given.

use std::{path::Path, sync::Arc};

use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, pem::PemObject},
};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::DatabaseError;

pub(crate) fn connector(authority: &Path) -> Result<MakeRustlsConnect, DatabaseError> {
    let mut roots = RootCertStore::empty();
    let certificates = CertificateDer::pem_file_iter(authority)
        .map_err(|_| DatabaseError::Configuration("DATABASE_TLS_CA is no readable PEM file"))?;
    for certificate in certificates {
        let certificate =
            certificate.map_err(|_| DatabaseError::Configuration("DATABASE_TLS_CA holds no certificate"))?;
        roots
            .add(certificate)
            .map_err(|_| DatabaseError::Configuration("DATABASE_TLS_CA holds an unusable certificate"))?;
    }
    if roots.is_empty() {
        return Err(DatabaseError::Configuration("DATABASE_TLS_CA holds no certificate"));
    }
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
        .map_err(|_| DatabaseError::Configuration("no TLS version in common"))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}
