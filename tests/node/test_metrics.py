"""What a node counts: by route and code, never by what was asked; over several workers as over one."""

import subprocess
import sys

from easement.node.metrics import Metrics, Reading


def test_requests_are_counted_by_route():
    metrics = Metrics()
    for _ in range(3):
        metrics.answered("/api/v1/me", "GET", 200, 0.002)
    text = metrics.text().decode()
    assert 'easement_requests_total{method="GET",route="/api/v1/me",status="200"} 3.0' in text
    assert 'easement_request_seconds_bucket{le="0.0025",route="/api/v1/me"} 3.0' in text
    assert "_created" not in text


def test_what_is_looked_up_is_looked_up_anew():
    numbers = iter([1, 2])

    def read():
        yield Reading("easement_size", "How large.", next(numbers))
        yield Reading("easement_told", "What happened.", 5, (("type", "gate:disclosure:released"),), grows=True)

    metrics = Metrics(read)
    assert "easement_size 1.0" in metrics.text().decode()
    text = metrics.text().decode()
    assert "easement_size 2.0" in text
    assert 'easement_told_total{type="gate:disclosure:released"} 5.0' in text


def test_several_workers_are_added_up(tmp_path):
    count = "from easement.node.metrics import Metrics; m = Metrics(); m.answered('/x', 'GET', 200, 0.1); "
    for last in ("", "", "print(m.text().decode())"):
        told = subprocess.run(
            [sys.executable, "-c", count + last],
            env={"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)},
            capture_output=True,
            text=True,
            check=True,
        )
    assert 'easement_requests_total{method="GET",route="/x",status="200"} 3.0' in told.stdout
