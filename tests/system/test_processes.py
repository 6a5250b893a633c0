"""Work in processes: the results in order, errors raised here, and nobody left behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rnn_forecast.errors import DataError, TrainingError
from rnn_forecast.system.processes import in_processes
from tests import jobs

ROOT = Path(__file__).resolve().parents[2]
RUN = "from tests import jobs; from rnn_forecast.system.processes import in_processes; " \
      "in_processes(jobs.never_ends, [0, 1], 2, lambda job, pid: print(pid, flush=True))"  # fmt: skip


def silent(job, report):
    raise AssertionError("nothing is reported")


def test_results_stand_in_the_order_of_the_jobs_and_reports_name_theirs():
    heard = []
    results = in_processes(jobs.double, range(7), 3, lambda job, report: heard.append((job, report)))
    assert results == [0, 2, 4, 6, 8, 10, 12]
    assert sorted(heard) == [(job, ("at", job)) for job in range(7)]


def test_no_job_needs_no_process():
    assert in_processes(jobs.double, [], 4, silent) == []


def test_a_process_does_one_job_after_another():
    assert len(set(in_processes(jobs.who, range(6), 2, silent))) == 2


def test_what_a_job_raises_is_raised_here_and_the_others_are_given_up():
    start = time.monotonic()
    with pytest.raises(DataError, match=r"one is not two\."):
        in_processes(jobs.fail, [0, 1], 2, silent)
    assert time.monotonic() - start < 50  # the other one sleeps for 60 s


def test_a_process_that_dies_is_an_error_that_says_how():
    with pytest.raises(TrainingError, match="ended with signal 9"):
        in_processes(jobs.die, [0, 1], 2, silent)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_whatever_ends_the_parent_ends_them(how):
    """As a terminal sends Ctrl-C: to the whole group; the others to the parent alone."""
    parent = subprocess.Popen(
        [sys.executable, "-c", RUN], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, process_group=0,
    )  # fmt: skip
    with parent:
        assert parent.stdout is not None
        children = [int(parent.stdout.readline()) for _ in range(2)]
        os.killpg(parent.pid, how) if how == signal.SIGINT else parent.send_signal(how)
        _, err = parent.communicate(timeout=60)
    assert parent.returncode != 0
    assert err.count("Traceback") <= 1  # the parent's own; none of a child
    wait_until_gone(children)


def wait_until_gone(pids):
    for _ in range(600):
        pids = [pid for pid in pids if alive(pid)]
        if not pids:
            return
        time.sleep(0.05)
    pytest.fail(f"still there: {pids}")


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
