"""Deletes an application on one node while others are asked all the time whether its token lives.

delete_and_watch.py NODE CLIENT_ID OTHER_NODE...   with ADMIN_TOKEN, TOKEN and CALLER (id:secret) in the environment.
Prints in milliseconds since the request: when the deletion was answered, then when each other node said first
that the token is dead.
"""
import base64
import http.client
import json
import os
import sys
import threading
import time
import urllib.parse

patience_seconds = 30


class Watch(threading.Thread):
    """Asks a node until it says that the token is dead."""

    def __init__(self, url, token, caller):
        super().__init__(daemon=True)
        self.connection = http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc, timeout=patience_seconds)
        self.body = urllib.parse.urlencode({"token": token})
        self.headers = {"Authorization": "Basic " + base64.b64encode(caller.encode()).decode(),
                        "Content-Type": "application/x-www-form-urlencoded"}
        self.seen_alive = threading.Event()
        self.dead_at = None

    def alive(self):
        """What the node says, once it says something: on a busy machine it may say "again in a second" first."""
        while True:
            self.connection.request("POST", "/oauth2/introspect", self.body, self.headers)
            answer = self.connection.getresponse()
            told = json.loads(answer.read())
            if answer.status != 503:
                return told["active"]
            time.sleep(0.001)

    def run(self):
        while self.alive():
            self.seen_alive.set()
            time.sleep(0.001)
        self.dead_at = time.monotonic()


def delete(url, client_id, admin_token):
    """On that node; when it was asked and when it had answered."""
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc, timeout=patience_seconds)
    connection.connect()
    began = time.monotonic()
    connection.request("DELETE", f"/api/v1/applications/{client_id}", headers={"Authorization": f"Bearer {admin_token}"})
    answer = connection.getresponse()
    ended = time.monotonic()
    if answer.status != 200:
        sys.exit(f"the deletion was answered {answer.status}: {answer.read().decode()}")
    return began, ended


def main():
    """The command line."""
    node, client_id, *others = sys.argv[1:]
    watches = [Watch(other, os.environ["TOKEN"], os.environ["CALLER"]) for other in others]
    for watch in watches:
        watch.start()
    for watch in watches:
        if not watch.seen_alive.wait(patience_seconds):
            sys.exit("the token was not alive before")
    began, ended = delete(node, client_id, os.environ["ADMIN_TOKEN"])
    for watch in watches:
        watch.join(patience_seconds)
        if watch.dead_at is None:
            sys.exit(f"not dead everywhere after {patience_seconds} s")
    print(*(f"{(at - began) * 1000:.1f}" for at in (ended, *(watch.dead_at for watch in watches))))


main()
