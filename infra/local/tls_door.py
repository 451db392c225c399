"""The TLS side of PostgreSQL: `python -m local.tls_door HOST PORT CERTIFICATE KEY SOCKET`.

The PostgreSQL binaries that come as a Python package are built without OpenSSL, and promise K7.2 wants TLS on every
connection. So the server listens on a Unix socket only, and this process is its one TCP door: it speaks PostgreSQL's
SSLRequest, does the handshake (TLS 1.2 or newer), and passes the bytes on. Whoever asks for a plain connection is refused
as `hostssl` would. Passwords go through SCRAM end to end.
"""

import asyncio
import contextlib
import ssl
import struct
import sys

SSL_REQUEST = 80877103
GSS_REQUEST = 80877104
REFUSAL_CODE = b"28000"
REFUSAL_TEXT = b"this server takes TLS connections only: use sslmode=verify-full"


class Relay(asyncio.Protocol):
    """One end of a connection: what it reads is written to its peer, no faster than the peer takes it."""

    def __init__(self):
        self.transport = None
        self.peer = None

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.peer.transport.write(data)

    def pause_writing(self):
        self.peer.transport.pause_reading()

    def resume_writing(self):
        with contextlib.suppress(RuntimeError):  # the peer closed meanwhile
            self.peer.transport.resume_reading()

    def connection_lost(self, _error):
        if self.peer is not None and self.peer.transport is not None:
            self.peer.transport.close()


class Door(Relay):
    """A client before and after its TLS handshake."""

    def __init__(self, context, socket_path):
        super().__init__()
        self._context = context
        self._socket_path = socket_path
        self._opening = bytearray()
        self._task = None

    def connection_made(self, transport):
        if self._task is None:
            self.transport = transport

    def data_received(self, data):
        if self.peer is not None:
            self.peer.transport.write(data)
            return
        self._opening += data
        # Behind a handshake these are the client's first words, kept until the server can hear them.
        if self._task is not None or len(self._opening) < 8:
            return
        length, code = struct.unpack("!II", self._opening[:8])
        if code == GSS_REQUEST and length == 8:
            del self._opening[:8]
            self.transport.write(b"N")
        # Bytes behind the request would be plain text smuggled in front of the handshake.
        elif code == SSL_REQUEST and len(self._opening) == 8:
            self._opening.clear()
            self.transport.pause_reading()
            self._task = asyncio.ensure_future(self._open())
        else:
            self._refuse()

    async def _open(self):
        loop = asyncio.get_running_loop()
        self.transport.write(b"S")
        try:
            secure = await loop.start_tls(self.transport, self, self._context, server_side=True, ssl_handshake_timeout=10)
        except (OSError, asyncio.TimeoutError):
            self.transport.abort()
            return
        if secure is None:
            return
        secure.pause_reading()
        self.transport = secure
        try:
            _, server = await loop.create_unix_connection(Relay, self._socket_path)
        except OSError:
            secure.abort()
            return
        server.peer, self.peer = self, server
        server.transport.write(bytes(self._opening))
        secure.resume_reading()

    def _refuse(self):
        body = b"SFATAL\0VFATAL\0C" + REFUSAL_CODE + b"\0M" + REFUSAL_TEXT + b"\0\0"
        self.transport.write(b"E" + struct.pack("!I", len(body) + 4) + body)
        self.transport.close()


async def serve(host, port, certificate, key, socket_path):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key)
    # PostgreSQL's direct TLS negotiation asks for this protocol name; harmless to the others.
    context.set_alpn_protocols(["postgresql"])
    server = await asyncio.get_running_loop().create_server(
        lambda: Door(context, socket_path), host, int(port), backlog=256)
    await server.serve_forever()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(*sys.argv[1:]))
