"""TLS and SASL for the listener that clients use; between themselves, brokers speak plainly on this machine.

FOLDER/tls/       ca.pem; client.pem and client.key, signed by it: without SASL, brokers demand a certificate
FOLDER/password   of the SASL user `optare`, and where rights count of the others
"""
import os
import secrets

from jars import run

user = "optare"
guests = ("nodes", "reader")  # where rights count: they have none, until optare gives them some
certificate_days = 30
openssl_seconds_max = 60


def protocol(tls, sasl):
    """The security protocol of the clients' listener."""
    return ("SASL_" if sasl else "") + ("SSL" if tls else "PLAINTEXT")


def openssl(*arguments):
    """Runs openssl."""
    run(["openssl", *map(str, arguments)], openssl_seconds_max, f"openssl {arguments[0]}")


def make_certificates(folder, addresses):
    """An authority, a certificate for brokers at these addresses, one for a client."""
    folder.mkdir(mode=0o700, exist_ok=True)
    new = ("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", certificate_days)
    openssl(*new, "-keyout", folder / "ca.key", "-out", folder / "ca.pem", "-subj", "/CN=ops-kafka authority")
    names = ",".join(["DNS:localhost", *(f"IP:{address}" for address in sorted(set(addresses)))])
    for name, extension in (("broker", f"subjectAltName={names}"), ("client", "keyUsage=digitalSignature")):
        openssl(*new, "-keyout", folder / f"{name}.key", "-out", folder / f"{name}.pem", "-subj", f"/CN={name}",
                "-CA", folder / "ca.pem", "-CAkey", folder / "ca.key", "-addext", extension,
                "-addext", "basicConstraints=critical,CA:FALSE")
    both = (folder / "broker.key").read_text() + (folder / "broker.pem").read_text()
    write_private(folder / "broker.both.pem", both)  # as Kafka wants it


def make_password(folder):
    """The password of the one user."""
    write_private(folder / "password", secrets.token_urlsafe(24) + "\n")


def password(folder):
    """The password that was made."""
    return (folder / "password").read_text().strip()


def write_private(path, text):
    """A file for its owner only."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)


def users(acls):
    """Who can log in."""
    return (user, *guests) if acls else (user,)


def settings(folder, tls, sasl, acls):
    """What server.properties says of it."""
    found = {}
    listener = "listener.name.clients"
    if tls:
        found |= {
            f"{listener}.ssl.keystore.type": "PEM",
            f"{listener}.ssl.keystore.location": folder / "tls/broker.both.pem",
            f"{listener}.ssl.truststore.type": "PEM",
            f"{listener}.ssl.truststore.location": folder / "tls/ca.pem",
            f"{listener}.ssl.client.auth": "requested" if sasl else "required",
        }
    if sasl:
        module = "org.apache.kafka.common.security"
        scram = f"{module}.scram.ScramLoginModule required;"
        logins = " ".join(f'user_{name}="{password(folder)}"' for name in users(acls))
        found |= {
            f"{listener}.sasl.enabled.mechanisms": "SCRAM-SHA-256,SCRAM-SHA-512,PLAIN",
            f"{listener}.scram-sha-256.sasl.jaas.config": scram,
            f"{listener}.scram-sha-512.sasl.jaas.config": scram,
            f"{listener}.plain.sasl.jaas.config":
                f"{module}.plain.PlainLoginModule required {logins};",
        }
    if acls:
        found |= {
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            # ANONYMOUS: the brokers, on their own listeners.
            "super.users": f"User:ANONYMOUS;User:{user}",
        }
    return found


def scram_arguments(folder, acls):
    """What formatting is told, so that the users are there from the first start."""
    return [argument for mechanism in ("SCRAM-SHA-256", "SCRAM-SHA-512") for name in users(acls)
            for argument in ("--add-scram", f"{mechanism}=[name={name},password={password(folder)}]")]
