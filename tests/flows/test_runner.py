"""What the runner does about a deployment that cannot be registered."""

import asyncio

import httpx
import pytest
from prefect.exceptions import PrefectHTTPStatusError

from flows import deployments, runner
from workflow_core.pipeline.compiled import Schedule
from workflow_core.services.pipelines.schedules import Wanted

(DEPLOYMENT,) = deployments.of_pipelines([Wanted("road", "dashcam", True, Schedule("0 6 * * *"), exports=())])


def answer(code: int) -> PrefectHTTPStatusError:
    request = httpx.Request("POST", "http://127.0.0.1:4200/api/deployments")
    return PrefectHTTPStatusError(f"it answers {code}", request=request, response=httpx.Response(code, request=request))


def register(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(*_: object) -> None:
        raise error

    monkeypatch.setattr(runner, "register", refuse)
    asyncio.run(runner._register_or_tell(None, DEPLOYMENT))  # type: ignore[arg-type]


@pytest.mark.parametrize("error", [ValueError("no such cron"), answer(422), answer(409)], ids=str)
def test_what_prefect_does_not_take_is_told_with_the_pipelines_name_and_a_way_out(
    error: Exception, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    register(error, monkeypatch)
    (told,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("annoflow: ")]
    assert told == (
        f"annoflow: pipeline dashcam: Prefect does not take the schedule of 'road · dashcam' ({error});"
        " mend its file and deploy it again: annoflow pipeline deploy FILE"
    )


@pytest.mark.parametrize("error", [answer(503), answer(500), httpx.ConnectError("refused"), OSError("gone")], ids=str)
def test_what_a_server_that_is_not_well_says_is_no_fault_of_a_pipeline_and_it_is_asked_again(
    error: Exception, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(type(error)):
        register(error, monkeypatch)
    assert "annoflow: " not in capsys.readouterr().out
