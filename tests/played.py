"""A server that is only played, for tests of the client."""

from typing import Any

import httpx2

from workflow_core.client import Annoflow

PROBLEM = "application/problem+json"


class Played:
    """A server that answers as it is told, one answer or fault after the other, and the last for ever."""

    def __init__(self, *answers: httpx2.Response | Exception) -> None:
        self.asked: list[httpx2.Request] = []
        self.sent: list[bytes] = []
        self._answers = list(answers)

    def client(self, url: str = "http://annoflow.test") -> Annoflow:
        return Annoflow(url, "af_x", http=httpx2.Client(transport=httpx2.MockTransport(self._answer)))

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request)
        self.sent.append(request.read())
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def refused(status: int, **told: Any) -> httpx2.Response:
    return httpx2.Response(status, json=told, headers={"Content-Type": PROBLEM, "Retry-After": "1"})
