"""PostgreSQL's TLS door: who gets in, and that what passes through is unchanged."""

import asyncio
import ssl
import struct

import pytest

pytest.importorskip("cryptography")

from local import certificates, tls_door  # noqa: E402


async def _echo(reader, writer):
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    writer.close()


def with_door(tmp_path, client):
    """Runs `client(port, folder of the certificates)` against a door in front of a server that echoes."""

    async def run():
        folder, socket_path = certificates.ensure(tmp_path / "tls"), str(tmp_path / "echo")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "server.pem", folder / "server.key")
        async with await asyncio.start_unix_server(_echo, socket_path):
            door = await asyncio.get_running_loop().create_server(
                lambda: tls_door.Door(context, socket_path), "127.0.0.1", 0)
            async with door:
                return await asyncio.wait_for(client(door.sockets[0].getsockname()[1], folder), 20)

    return asyncio.run(run())


async def _plain(port, first):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(first)
    answer = await reader.read()
    writer.close()
    return answer


class TestRefused:
    def test_plain_connection(self, tmp_path):
        answer = with_door(tmp_path, lambda port, _: _plain(port, struct.pack("!II", 8, 196608)))
        assert answer.startswith(b"E") and b"28000" in answer

    def test_words_before_the_handshake(self, tmp_path):
        first = struct.pack("!II", 8, tls_door.SSL_REQUEST) + b"smuggled"
        assert b"28000" in with_door(tmp_path, lambda port, _: _plain(port, first))

    def test_no_handshake(self, tmp_path):
        async def client(port, _folder):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(struct.pack("!II", 8, tls_door.SSL_REQUEST))
            assert await reader.readexactly(1) == b"S"
            writer.write(b"this is no handshake")
            with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
                await reader.readexactly(65536)

        with_door(tmp_path, client)


class TestThrough:
    def test_large_answer_is_whole(self, tmp_path):
        sent = bytes(range(256)) * 40_000

        async def client(port, folder):
            loop = asyncio.get_running_loop()
            received = bytearray()
            done = loop.create_future()

            class Client(asyncio.Protocol):
                def __init__(self):
                    self.secure = False

                def data_received(self, data):
                    if not self.secure:
                        assert data == b"S"
                        self.secure = True
                        asyncio.ensure_future(self.upgrade())
                        return
                    received.extend(data)
                    if len(received) >= len(sent) and not done.done():
                        done.set_result(None)

                def connection_made(self, transport):
                    self.transport = transport
                    transport.write(struct.pack("!II", 8, tls_door.SSL_REQUEST))

                async def upgrade(self):
                    context = ssl.create_default_context(cafile=folder / "ca.pem")
                    secure = await loop.start_tls(self.transport, self, context, server_hostname="localhost")
                    secure.write(sent)

            await loop.create_connection(Client, "127.0.0.1", port)
            await done
            return bytes(received)

        assert with_door(tmp_path, client) == sent
