#!/usr/bin/env python3
"""An app that keeps values in a service, which it finds as every app does: by the variable that VARIABLE names.

  server.py          serves on PORT: /put?key=&value=, /get?key=, the same below /go by the client in Go,
                     /login?password= for whether another password than the given one is taken, and /healthz
  server.py prepare  the release command: makes what the values are kept in

Each request logs in anew, so that a changed password is seen at once.
"""

import os
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, quote, unquote, urlsplit

ADDRESS = os.environ[os.environ["VARIABLE"]]
TIMEOUT = 8


class Refused(Exception):
    """The password is not the right one."""


class PostgreSQL:
    def __init__(self, url):
        import psycopg2

        try:
            self.connection = psycopg2.connect(url, connect_timeout=TIMEOUT)
        except psycopg2.OperationalError as error:
            raise (Refused if "password authentication failed" in str(error) else RuntimeError)(str(error)) from error
        self.connection.autocommit = True
        self.cursor = self.connection.cursor()

    def prepare(self):
        self.cursor.execute("CREATE TABLE IF NOT EXISTS kept (key text PRIMARY KEY, value text NOT NULL)")

    def put(self, key, value):
        self.cursor.execute(
            "INSERT INTO kept VALUES (%s, %s) ON CONFLICT (key) DO UPDATE SET value = excluded.value", (key, value)
        )

    def get(self, key):
        self.cursor.execute("SELECT value FROM kept WHERE key = %s", (key,))
        row = self.cursor.fetchone()
        return row and row[0]

    def ping(self):
        self.cursor.execute("SELECT 1")

    def close(self):
        self.connection.close()


class Redis:
    def __init__(self, url):
        import redis

        self.client = redis.Redis.from_url(url, socket_timeout=TIMEOUT, decode_responses=True)
        try:
            self.client.ping()
        except redis.exceptions.AuthenticationError as error:
            raise Refused(str(error)) from error

    def prepare(self):
        self.ping()

    def put(self, key, value):
        self.client.set(key, value)

    def get(self, key):
        return self.client.get(key)

    def ping(self):
        self.client.ping()

    def close(self):
        self.client.close()


class MongoDB:
    def __init__(self, url):
        import pymongo

        self.client = pymongo.MongoClient(url, serverSelectionTimeoutMS=TIMEOUT * 1000)
        self.kept = self.client.get_default_database()["kept"]
        try:
            self.kept.find_one({"_id": "nothing"})
        except pymongo.errors.OperationFailure as error:
            raise (Refused if error.code == 18 else RuntimeError)(str(error)) from error

    def prepare(self):
        self.ping()

    def put(self, key, value):
        self.kept.replace_one({"_id": key}, {"_id": key, "value": value}, upsert=True)

    def get(self, key):
        found = self.kept.find_one({"_id": key})
        return found and found["value"]

    def ping(self):
        self.client.admin.command("ping")

    def close(self):
        self.client.close()


class MySQL:
    def __init__(self, url):
        import pymysql

        parts = urlsplit(url)
        try:
            self.connection = pymysql.connect(
                host=parts.hostname,
                port=parts.port,
                user=parts.username,
                password=unquote(parts.password),
                database=parts.path[1:],
                connect_timeout=TIMEOUT,
                autocommit=True,
            )
        except pymysql.err.OperationalError as error:
            raise (Refused if error.args[0] == 1045 else RuntimeError)(str(error)) from error
        self.cursor = self.connection.cursor()

    def prepare(self):
        self.cursor.execute("CREATE TABLE IF NOT EXISTS kept (name varchar(100) PRIMARY KEY, value text NOT NULL)")

    def put(self, key, value):
        self.cursor.execute("REPLACE INTO kept VALUES (%s, %s)", (key, value))

    def get(self, key):
        self.cursor.execute("SELECT value FROM kept WHERE name = %s", (key,))
        row = self.cursor.fetchone()
        return row and row[0]

    def ping(self):
        self.cursor.execute("SELECT 1")

    def close(self):
        self.connection.close()


class RabbitMQ:
    """A queue for each key, which holds its value."""

    def __init__(self, url):
        import pika

        try:
            self.connection = pika.BlockingConnection(pika.URLParameters(url))
        except pika.exceptions.ProbableAuthenticationError as error:
            raise Refused(repr(error)) from error
        self.channel = self.connection.channel()

    def prepare(self):
        self.ping()

    def queue(self, key):
        self.channel.queue_declare(key, durable=True)
        return key

    def put(self, key, value):
        import pika

        self.channel.confirm_delivery()
        self.channel.queue_purge(self.queue(key))
        self.channel.basic_publish("", key, value.encode(), pika.BasicProperties(delivery_mode=2), mandatory=True)

    def get(self, key):
        method, _, body = self.channel.basic_get(self.queue(key))
        if method:
            self.channel.basic_nack(method.delivery_tag)
        return body and body.decode()

    def ping(self):
        self.channel.exchange_declare("amq.direct", passive=True)

    def close(self):
        self.connection.close()


class Memcached:
    def __init__(self, servers):
        from pymemcache.client.base import Client

        self.client = Client(servers, timeout=TIMEOUT, connect_timeout=TIMEOUT)

    def prepare(self):
        self.ping()

    def put(self, key, value):
        self.client.set(key, value, noreply=False)

    def get(self, key):
        value = self.client.get(key)
        return value and value.decode()

    def ping(self):
        self.client.version()

    def close(self):
        self.client.close()


class Kafka:
    TOPIC = "kept"

    def __init__(self, servers):
        self.settings = {"bootstrap_servers": servers.split(",")}

    def prepare(self):
        from kafka.admin import KafkaAdminClient, NewTopic

        admin = KafkaAdminClient(**self.settings)
        if self.TOPIC not in admin.list_topics():
            admin.create_topics([NewTopic(self.TOPIC, num_partitions=1, replication_factor=1)])
        admin.close()

    def put(self, key, value):
        from kafka import KafkaProducer

        producer = KafkaProducer(**self.settings, acks="all")
        producer.send(self.TOPIC, key=key.encode(), value=value.encode()).get(timeout=TIMEOUT)
        producer.close()

    def get(self, key):
        from kafka import KafkaConsumer, TopicPartition

        consumer = KafkaConsumer(**self.settings)
        partition = TopicPartition(self.TOPIC, 0)
        consumer.assign([partition])
        end = consumer.end_offsets([partition])[partition]
        consumer.seek_to_beginning(partition)
        value = None
        while consumer.position(partition) < end:
            for records in consumer.poll(timeout_ms=500).values():
                for record in records:
                    if record.key == key.encode():
                        value = record.value.decode()
        consumer.close()
        return value

    def ping(self):
        from kafka.admin import KafkaAdminClient

        KafkaAdminClient(**self.settings).close()

    def close(self):
        pass


class NATS:
    def __init__(self, url):
        import asyncio

        self.loop = asyncio.new_event_loop()
        self.loop.run_until_complete(self.connect(url))

    async def connect(self, url):
        import nats

        try:
            self.connection = await nats.connect(
                url, connect_timeout=TIMEOUT, allow_reconnect=False, max_reconnect_attempts=0
            )
        except nats.errors.Error as error:
            raise (Refused if "Authorization Violation" in str(error) else RuntimeError)(str(error)) from error
        self.streams = self.connection.jetstream()

    def prepare(self):
        self.loop.run_until_complete(self.streams.create_key_value(bucket="kept"))

    def put(self, key, value):
        async def it():
            await (await self.streams.key_value("kept")).put(key, value.encode())

        self.loop.run_until_complete(it())

    def get(self, key):
        import nats

        async def it():
            return (await (await self.streams.key_value("kept")).get(key)).value.decode()

        try:
            return self.loop.run_until_complete(it())
        except nats.js.errors.KeyNotFoundError:
            return None

    def ping(self):
        self.loop.run_until_complete(self.connection.flush(TIMEOUT))

    def close(self):
        self.loop.run_until_complete(self.connection.close())
        self.loop.close()


class S3:
    """All that AWS's own library reads by itself is left to it."""

    def __init__(self, _, secret=None):
        import boto3
        from botocore.config import Config

        settings = Config(connect_timeout=TIMEOUT, read_timeout=TIMEOUT, retries={"total_max_attempts": 1})
        keys = {"aws_access_key_id": os.environ["S3_ACCESS_KEY_ID"], "aws_secret_access_key": secret} if secret else {}
        self.client = boto3.Session(**keys).client("s3", config=settings)
        self.bucket = os.environ["S3_BUCKET"]
        try:
            self.ping()
        except self.client.exceptions.ClientError as error:
            refused = error.response["Error"]["Code"] in ("403", "InvalidAccessKeyId", "SignatureDoesNotMatch")
            raise (Refused if refused else RuntimeError)(str(error)) from error

    def prepare(self):
        self.ping()

    def put(self, key, value):
        self.client.put_object(Bucket=self.bucket, Key=key, Body=value.encode())

    def get(self, key):
        try:
            return self.client.get_object(Bucket=self.bucket, Key=key)["Body"].read().decode()
        except self.client.exceptions.NoSuchKey:
            return None

    def ping(self):
        self.client.list_objects_v2(Bucket=self.bucket, MaxKeys=1)

    def close(self):
        self.client.close()


class OpenSearch:
    def __init__(self, url):
        import opensearchpy

        self.client = opensearchpy.OpenSearch(url, timeout=TIMEOUT, max_retries=0)

    def prepare(self):
        if not self.client.indices.exists(index="kept"):
            self.client.indices.create(index="kept", body={"settings": {"number_of_replicas": 0}})

    def put(self, key, value):
        self.client.index(index="kept", id=key, body={"value": value})

    def get(self, key):
        import opensearchpy

        try:
            return self.client.get(index="kept", id=key)["_source"]["value"]
        except opensearchpy.exceptions.NotFoundError:
            return None

    def ping(self):
        self.client.cluster.health(local=True)

    def close(self):
        self.client.close()


# By the beginning of the address, up to a colon; of Kafka's it is the name of a host.
KINDS = {
    "postgresql": PostgreSQL,
    "redis": Redis,
    "mongodb": MongoDB,
    "mysql": MySQL,
    "amqp": RabbitMQ,
    "memcached": Memcached,
    "nats": NATS,
    "http": OpenSearch,
}


def connect(password=None):
    if os.environ["VARIABLE"] == "S3_ENDPOINT":
        return S3(ADDRESS, password)
    address = ADDRESS
    scheme = urlsplit(address).scheme
    if password is not None:
        parts = urlsplit(address)
        user = parts.username or ""
        where = parts.netloc.rpartition("@")[2]
        address = parts._replace(netloc=f"{user}:{quote(password, safe='')}@{where}").geturl()
    return KINDS.get(scheme, Kafka)(address)


def go(*words):
    done = subprocess.run(["/usr/local/bin/client", *words], capture_output=True, text=True, timeout=2 * TIMEOUT)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip())
    return done.stdout


def answer(path, query):
    if path == "/go/put":
        return go("put", query["key"], query["value"])
    if path == "/go/get":
        return go("get", query["key"])
    if path == "/login":
        connect(query["password"]).close()
        return "taken"
    service = connect()
    try:
        if path == "/put":
            service.put(query["key"], query["value"])
            return ""
        if path == "/get":
            return service.get(query["key"]) or ""
        if path == "/healthz":
            service.ping()
            return "alive"
    finally:
        service.close()
    raise LookupError(path)


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        parts = urlsplit(self.path)
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        try:
            status, body = 200, answer(parts.path, query)
        except Refused as error:
            status, body = 403, str(error)
        except Exception as error:  # whatever it is, the visitor is told
            status, body = 500, f"{type(error).__name__}: {error}"
        body = body.encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    if sys.argv[1:] == ["prepare"]:
        it = connect()
        it.prepare()
        it.close()
    else:
        import signal

        server = ThreadingHTTPServer(("", int(os.environ["PORT"])), Handler)
        # What is asked already is answered: threads that are no daemons hold the end up.
        server.daemon_threads = False
        import threading

        signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
        server.serve_forever()
        server.server_close()
