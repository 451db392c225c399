"""A certificate authority of this machine's own and a server certificate for `localhost`, so that TLS is real here too.

The client side verifies chain and name (`verify-full`) exactly as it does against RDS.
"""

import datetime
import ipaddress

VALID = datetime.timedelta(days=825)
RENEW_BEFORE = datetime.timedelta(days=30)


def ensure(folder):
    """Writes ca.pem, server.pem and server.key into `folder` unless valid ones are there; returns the folder."""
    if _valid(folder / "server.pem"):
        return folder
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    folder.mkdir(parents=True, exist_ok=True)
    now = datetime.datetime.now(datetime.timezone.utc)

    def named(text):
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    def builder(subject, issuer, key):
        return (x509.CertificateBuilder().subject_name(named(subject)).issuer_name(named(issuer))
                .public_key(key.public_key()).serial_number(x509.random_serial_number())
                .not_valid_before(now - datetime.timedelta(hours=1)).not_valid_after(now + VALID))

    authority = ec.generate_private_key(ec.SECP256R1())
    ca = (builder("Vivier local authority", "Vivier local authority", authority)
          .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
          .add_extension(x509.KeyUsage(False, False, False, False, False, True, True, False, False), critical=True)
          .add_extension(x509.SubjectKeyIdentifier.from_public_key(authority.public_key()), critical=False)
          .sign(authority, hashes.SHA256()))
    key = ec.generate_private_key(ec.SECP256R1())
    server = (builder("localhost", "Vivier local authority", key)
              .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
              .add_extension(x509.SubjectAlternativeName(
                  [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
              .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
              .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key()), critical=False)
              .sign(authority, hashes.SHA256()))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    key_file = folder / "server.key"
    key_file.touch(mode=0o600)
    key_file.write_bytes(private)
    (folder / "ca.pem").write_bytes(ca.public_bytes(serialization.Encoding.PEM))
    (folder / "server.pem").write_bytes(server.public_bytes(serialization.Encoding.PEM))
    return folder


def _valid(path):
    if not path.exists():
        return False
    from cryptography import x509

    end = x509.load_pem_x509_certificate(path.read_bytes()).not_valid_after_utc
    return end - datetime.datetime.now(datetime.timezone.utc) > RENEW_BEFORE
