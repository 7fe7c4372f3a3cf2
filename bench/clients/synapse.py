"""Synapse, Matrix: a room a pair, messages by PUT, the receiver's long poll on /sync.

A room in Matrix keeps what it has: nothing is deleted. The accounts and rooms are made before the measured
time.
"""

import argparse
import asyncio
import itertools
import json
import os
import time

import aiohttp
from bench.clients import Pair, payload

_API = "/_matrix/client/v3"
# Only new messages of rooms, nothing else: what a bench can ask for least.
_FILTER = json.dumps(
    {
        "presence": {"types": []},
        "account_data": {"types": []},
        "room": {
            "timeline": {"types": ["m.room.message"], "limit": 100},
            "state": {"types": []},
            "ephemeral": {"types": []},
        },
    }
)


class Synapse(Pair):
    rate = 5  # as many a second as it keeps up with
    pairs_max = 20
    is_ordered = False  # what is sent at once may take any order
    people: list[tuple[str, str, str]]
    session: aiohttp.ClientSession

    @classmethod
    async def setup(cls, args: argparse.Namespace) -> None:
        base = f"http://127.0.0.1:{args.port}"
        timeout = aiohttp.ClientTimeout(total=120)
        cls.session = aiohttp.ClientSession(base, connector=aiohttp.TCPConnector(limit=0), timeout=timeout)
        gate = asyncio.Semaphore(8)
        salt = os.urandom(4).hex()

        async def ask(path: str, body: dict, token: str = "") -> dict:
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            async with gate, cls.session.post(_API + path, json=body, headers=headers) as answer:
                assert answer.status == 200, await answer.text()
                return await answer.json()

        async def account(name: str) -> str:
            body = {"username": name, "password": "pw-bench", "auth": {"type": "m.login.dummy"}}
            return (await ask("/register", body))["access_token"]

        async def pair(index: int) -> tuple[str, str, str]:
            sender, receiver = await asyncio.gather(account(f"s{salt}{index}"), account(f"r{salt}{index}"))
            room = (await ask("/createRoom", {"preset": "public_chat"}, sender))["room_id"]
            await ask(f"/join/{room}", {}, receiver)
            return sender, receiver, room

        cls.people = list(await asyncio.gather(*(pair(index) for index in range(args.pairs))))

    async def open(self) -> None:
        self.sender, self.receiver, self.room = self.people[self.index]
        self.headers = {"Authorization": f"Bearer {self.receiver}"}
        self.salt = str(time.time_ns())
        self.numbers = itertools.count()
        self.since = (await self.sync(0))["next_batch"]
        self.tasks = {asyncio.create_task(self.listen())}

    async def sync(self, wait_ms: int) -> dict:
        params = {"timeout": str(wait_ms), "filter": _FILTER}
        if hasattr(self, "since"):
            params["since"] = self.since
        async with self.session.get(_API + "/sync", params=params, headers=self.headers) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def listen(self) -> None:
        while True:
            answer = await self.sync(30_000)
            self.since = answer["next_batch"]
            for room in answer.get("rooms", {}).get("join", {}).values():
                for event in room["timeline"]["events"]:
                    self.on_receive(event["content"]["body"][:8].encode())

    def publish(self, number: int) -> None:
        task = asyncio.create_task(self.put(number))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def put(self, number: int) -> None:
        path = f"{_API}/rooms/{self.room}/send/m.room.message/{self.salt}{next(self.numbers)}"
        body = {"msgtype": "m.text", "body": payload(number).decode()}
        headers = {"Authorization": f"Bearer {self.sender}"}
        async with self.session.put(path, json=body, headers=headers) as answer:
            assert answer.status == 200, await answer.text()
        self.on_ack()
