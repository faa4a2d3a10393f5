"""The bridge to R: values survive, both backends agree in every bit, what R does stays in its own process."""

from __future__ import annotations

import contextlib
import gc
import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosscheck_r import recorded
from crosscheck_r.errors import (
    MissingRecord,
    ProtocolError,
    RCallFailed,
    RCrashed,
    RPackageMissing,
    RTimeout,
    RUnavailable,
    StaleRecord,
)
from crosscheck_r.protocol import NA_INTEGER, Factor, decode, encode, is_na
from crosscheck_r.record_format import pack, unpack
from crosscheck_r.rpy2_pins import needed_rpy2
from crosscheck_r.session import RResult, RSession
from validation.errors import InputError

BACKENDS = ("rpy2", "rscript")
patterns = st.integers(0, 2**64 - 1).map(lambda bits: np.array([bits], dtype=np.uint64).view(np.float64)[0])
texts = st.text(st.characters(blacklist_characters="\0", blacklist_categories=("Cs",)), max_size=20)
arrays = st.one_of(
    st.lists(patterns, max_size=6).map(lambda v: np.array(v, dtype=np.float64)),
    st.lists(st.integers(NA_INTEGER + 1, 2**31 - 1), max_size=6).map(lambda v: np.array(v, dtype=np.int32)),
    st.lists(st.booleans(), max_size=6).map(lambda v: np.array(v, dtype=np.bool_)),
    st.lists(st.one_of(texts, st.none()), min_size=1, max_size=5),
    st.none(),
)
values = st.recursive(
    arrays, lambda inner: st.dictionaries(texts.filter(bool), inner, min_size=1, max_size=4), max_leaves=8
)


def same(a: Any, b: Any) -> bool:
    if isinstance(a, dict):
        return isinstance(b, dict) and list(a) == list(b) and all(same(a[k], b[k]) for k in a)
    if isinstance(a, np.ndarray):
        return isinstance(b, np.ndarray) and a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    return type(a) is type(b) and a == b


@pytest.fixture(scope="module", params=BACKENDS)
def session(request: pytest.FixtureRequest) -> Iterator[RSession]:
    if request.param == "rpy2":
        pytest.importorskip("rpy2.rinterface_lib", reason="rpy2 is not installed: its backend did NOT run")
    with RSession(backend=request.param, timeout=60.0) as started:
        yield started


@given(values)
def test_messages_survive(value: Any) -> None:
    assert same(decode(encode(value)), value)


def test_matrices_go_by_column_and_factors_keep_their_levels() -> None:
    matrix = np.arange(6.0).reshape(2, 3)
    assert same(decode(encode(matrix)), matrix)
    factor = decode(encode(Factor(np.array([1, 2, NA_INTEGER], dtype=np.int32), ("b", "a"))))
    assert (factor.codes.tolist(), factor.levels) == ([1, 2, NA_INTEGER], ("b", "a"))


REFUSED = [
    *(2**31, -(2**31), np.array([2**40]), np.array([NA_INTEGER]), np.uint64(2**63)),
    *(1j, [1, True], ["a\0b"], ["\ud800"], {1: 2.0}, [object()], [1.0, None], np.array([1.0, None])),
    *(np.array([1.5], dtype=np.longdouble), np.ma.MaskedArray([1.0, 2.0], mask=[True, False])),
    *(np.array(["2020-01-01"], dtype="M8[D]"), b"bytes", np.array([b"bytes"])),
]


@pytest.mark.parametrize("value", REFUSED, ids=lambda value: type(value).__name__)
def test_what_r_has_not_is_refused(value: Any) -> None:
    with pytest.raises(ProtocolError):
        encode(value)


@given(st.binary(max_size=60))
def test_garbage_is_refused(data: bytes) -> None:
    with contextlib.suppress(ProtocolError):
        decode(data)


@pytest.mark.live
def test_both_backends_return_the_same_bits() -> None:
    pytest.importorskip("rpy2.rinterface_lib", reason="rpy2 is not installed: its backend did NOT run")
    with RSession(backend="rpy2") as one, RSession(backend="rscript") as two:

        @settings(max_examples=80)
        @given(values)
        def check(value: Any) -> None:
            answers = [s.call("selftest.R::echo", {"value": value}).value["value"] for s in (one, two)]
            assert same(answers[0], answers[1])
            if not isinstance(value, dict):
                assert same(answers[0], value)

        check()


@pytest.mark.live
def test_reading_many_vectors_does_not_wear_the_worker_out(session: RSession) -> None:
    if session.backend != "rpy2":
        return
    # more vectors than the worker has references of None, which rpy2's own memory view loses one by one
    many = [np.array([float(i)]) for i in range(15_000)]
    back = session.call("selftest.R::echo", {"value": many}).value["value"]
    assert [entry[0] for entry in back] == list(range(15_000))
    assert session.call("selftest.R::echo", {"value": 1.0}).value["value"].tolist() == [1.0]


@pytest.mark.live
def test_missing_values_are_kept_apart(session: RSession) -> None:
    na = np.array([0x7FF00000000007A2], dtype=np.uint64).view(np.float64)
    back = session.call("selftest.R::echo", {"value": np.concatenate([na, [np.nan, -0.0, 5e-324]])}).value["value"]
    assert is_na(back).tolist() == [True, False, False, False]
    assert np.signbit(back[2])


@pytest.mark.live
def test_noise_cannot_disturb_a_message(session: RSession) -> None:
    result = session.call("selftest.R::noise", {"n": 3})
    assert result.value["n"].tolist() == [3]
    assert result.printed[0] == "cat writes to R's output"
    assert [c.kind for c in result.conditions] == ["message"]


@pytest.mark.live
def test_every_warning_is_data(session: RSession) -> None:
    result = session.call("selftest.R::many_warnings", {"n": 200})
    assert [c.message for c in result.conditions] == [f"warning {i}" for i in range(1, 201)]
    assert result.conditions[0].condition_class == "simpleWarning"


@pytest.mark.live
def test_an_error_keeps_its_class(session: RSession) -> None:
    with pytest.raises(RCallFailed, match="boom") as caught:
        session.call("selftest.R::fails", {"text": "boom"})
    assert caught.value.condition_class == "special_error"
    with pytest.raises(RCallFailed, match="no function"):
        session.call("selftest.R::system", {})
    with pytest.raises(RCallFailed, match="no file"):
        session.call("../../etc/passwd::x", {})


DEATHS: dict[str, tuple[tuple[type[Exception], ...], str]] = {
    "leaves": ((RCrashed,), "q\\(\\) was called"),
    "loops": ((RTimeout,), "did not answer"),
    "recurses": ((RCallFailed, RCrashed), "R"),
}


@pytest.mark.live
@pytest.mark.parametrize("function", DEATHS)
def test_a_dying_worker_costs_one_call(session: RSession, function: str) -> None:
    errors, says = DEATHS[function]
    with pytest.raises(errors, match=says):
        session.call(f"selftest.R::{function}", {"n": 1.0} if function == "recurses" else {}, timeout=1.5)
    assert session.call("selftest.R::echo", {"value": 1.0}).value["value"].tolist() == [1.0]


@pytest.mark.live
def test_a_killed_worker_costs_one_call(session: RSession) -> None:
    pid = session.pid
    assert pid is not None
    threading.Timer(0.3, os.kill, (pid, signal.SIGKILL)).start()
    with pytest.raises(RCrashed, match="SIGKILL"):
        session.call("selftest.R::sleeps", {"seconds": 20.0})
    assert session.call("selftest.R::echo", {"value": 1.0}).value["value"].tolist() == [1.0]


@pytest.mark.live
def test_nothing_is_left_behind_by_a_call(session: RSession) -> None:
    session.call("selftest.R::leaves_state", {})
    state = session.call("selftest.R::state", {}).value
    assert state["digits"].tolist() == [7]
    for name in ("option", "seed", "global", "attached", "variable", "device"):
        assert state[name].tolist() == [False], name
    assert state["zone"] == ["UTC"]
    assert state["folder"] == [Path(session._worker.folder).name]  # type: ignore[union-attr]
    assert state["connections"].tolist() == session.call("selftest.R::state", {}).value["connections"].tolist()


@pytest.mark.live
def test_an_interrupted_call_never_answers_the_next_one(session: RSession) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    try:
        with pytest.raises(KeyboardInterrupt):
            session.call("selftest.R::sleeps", {"seconds": 1.0})
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)
    assert list(session.call("selftest.R::echo", {"value": 1.0}).value) == ["value"]


@pytest.mark.live
def test_a_lost_worker_is_noticed_though_its_children_hold_the_pipes(session: RSession) -> None:
    started = time.monotonic()
    with pytest.raises(RCrashed, match="SIGKILL"):
        session.call("selftest.R::holds_the_pipes", {"seconds": 40}, timeout=30.0)
    assert time.monotonic() - started < 25
    assert session.call("selftest.R::echo", {"value": 1.0}).value["value"].tolist() == [1.0]


@pytest.mark.live
def test_a_missing_package_is_named(session: RSession) -> None:
    with pytest.raises(RPackageMissing, match="notAPackageOfAnybody"):
        session.call("selftest.R::needs_missing_package", {})


@pytest.mark.live
def test_values_stay_out_of_what_r_says(session: RSession) -> None:
    with pytest.raises(RCallFailed, match="on purpose") as caught:
        session.call("selftest.R::refuses", {"values": np.arange(1000) + 0.125})
    assert caught.value.call.startswith("refuses(")
    assert "0.125" not in str(caught.value)


@pytest.mark.live
def test_texts_that_are_no_unicode_arrive_legible(session: RSession) -> None:
    assert session.call("selftest.R::odd_texts", {}).value == {
        "latin": ["caf\u00e9"],
        "broken": ["a<ff>"],
        "missing": [None],
        "empty": [""],
    }


@pytest.mark.live
def test_only_named_lists_of_data_are_results(session: RSession) -> None:
    with pytest.raises(ProtocolError, match="no named list"):
        session.call("selftest.R::no_list", {})
    with pytest.raises(RCallFailed, match="cannot be returned"):
        session.call("selftest.R::returns_code", {})


@pytest.mark.live
def test_threads_get_their_own_answers(session: RSession) -> None:
    with ThreadPoolExecutor(4) as pool:
        calls = [pool.submit(session.call, "selftest.R::echo", {"value": float(i)}) for i in range(40)]
    assert [call.result().value["value"][0] for call in calls] == list(map(float, range(40)))


@pytest.mark.live
def test_a_session_that_nobody_closes_leaves_nothing() -> None:
    session = RSession(backend="rscript")
    pid, folder = session.pid, Path(session._worker.folder)  # type: ignore[union-attr]
    assert pid is not None and session.running()
    del session
    gc.collect()
    assert not folder.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@pytest.mark.live
def test_a_forked_process_has_a_worker_of_its_own() -> None:
    with RSession(backend="rscript") as session:
        child = os.fork()
        if child == 0:
            status = 1
            with contextlib.suppress(BaseException):
                status = int(session.call("selftest.R::echo", {"value": 7}).value["value"][0] != 7)
                session.close()
            os._exit(status)
        assert os.waitpid(child, 0)[1] == 0
        assert session.call("selftest.R::echo", {"value": 1.0}).value["value"].tolist() == [1.0]


def test_an_unknown_backend_is_refused() -> None:
    with pytest.raises(InputError, match="backend"):
        RSession(backend="matlab")


@pytest.mark.parametrize("version", [(4, 2, 2), (4, 5, 0), (4, 6, 1)])
def test_the_rpy2_that_r_needs(version: tuple[int, int, int]) -> None:
    assert needed_rpy2(version).endswith(">=3.6.7" if version >= (4, 6, 0) else "<3.6.6")


@pytest.mark.live
def test_without_a_working_rpy2_auto_takes_rscript_and_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RCrashed("R exited with 1.")

    original = RSession.call

    def call(self: RSession, *arguments: Any, **options: Any) -> RResult:
        return broken() if self.backend == "rpy2" else original(self, *arguments, **options)  # type: ignore[func-returns-value,return-value]

    monkeypatch.setattr(RSession, "call", call)
    with RSession() as session:
        assert session.backend == "rscript"
        assert "rpy2-rinterface>=" in session.fallback
    with pytest.raises(RUnavailable, match="rpy2-rinterface>="):
        RSession(backend="rpy2")


@pytest.mark.live
def test_names_are_never_code(session: RSession, tmp_path: Path) -> None:
    target = tmp_path / "pwned"
    evil = f'x);system("touch {target}")'
    value = {evil: [evil], "f": Factor(np.array([1], dtype=np.int32), (evil,)), "`": evil}
    back = session.call("selftest.R::echo", {"value": value}).value["value"]
    assert next(iter(back)) == evil
    for call in (evil, f"selftest.R::{evil}", f"{evil}::echo"):
        with pytest.raises(RCallFailed):
            session.call(call, {})
    assert not target.exists()


@pytest.mark.live
def test_the_temporary_folder_goes_with_the_worker() -> None:
    session = RSession(backend="rscript")
    folder = Path(session._worker.folder)  # type: ignore[union-attr]
    assert folder.exists()
    session.close()
    assert not folder.exists()


@pytest.mark.live
def test_starting_and_calling_is_quick() -> None:
    started = time.perf_counter()
    with RSession(backend="rscript") as session:
        session.call("selftest.R::echo", {"value": 1.0})
    assert time.perf_counter() - started < 30


PROVENANCE = {
    "r": "4.2.2",
    "r_version": "R version 4.2.2",
    "packages": {"pROC": "1.18.0"},
    "rng_kind": ["a"],
    "running": "Debian GNU/Linux 12",
}


def result_of(**value: Any) -> RResult:
    return RResult(dict(value), (), (), 0.1, "rscript")


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(recorded, "fixture_root", lambda: tmp_path)
    return tmp_path


NAME, FUNCTION, ARGUMENTS = "roc/case", "roc.R::auc", {"y_true": np.array([0, 1]), "seed": 3}


def keep(value: dict[str, Any], **options: Any) -> recorded.Drift:
    return recorded.write(NAME, FUNCTION, ARGUMENTS, result_of(**value), PROVENANCE, "debian12-r4.2.2", **options)


@given(st.lists(patterns, min_size=1, max_size=40), st.integers(1, 3))
def test_recorded_doubles_survive(tmp_path_factory: pytest.TempPathFactory, numbers: list[float], repeat: int) -> None:
    array = np.array(numbers * repeat)
    files: dict[str, bytes] = {}
    packed = json.loads(json.dumps(pack({"a": array}, files, "x")))
    back = unpack(packed, tmp_path_factory.mktemp("r"))["a"]
    missing = np.isnan(array)
    assert np.array_equal(back[~missing].tobytes(), array[~missing].tobytes())
    # of the NaNs only R's NA is told from the others
    assert np.array_equal(is_na(back), is_na(array))
    assert np.array_equal(np.isnan(back), missing)


def test_a_record_is_read_back_and_carries_its_recipe(store: Path) -> None:
    big = np.linspace(0, 1, 5000)
    assert keep({"auc": np.array([0.602]), "curve": big, "words": ["a", None]}).state == "new"
    record = recorded.read(NAME, FUNCTION, ARGUMENTS)
    assert same(record.value["curve"], big)
    assert record.recipe["function"] == FUNCTION
    assert record.recipe["seed"] == 3
    assert recorded.stacks()["debian12-r4.2.2"]["r"] == "4.2.2"


def test_other_inputs_and_another_function_are_never_used(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep({"auc": np.array([0.602])})
    with pytest.raises(MissingRecord, match="other inputs"):
        recorded.read(NAME, FUNCTION, {"y_true": np.array([1, 0]), "seed": 3})
    with pytest.raises(MissingRecord, match="no recorded"):
        recorded.read("roc/other", FUNCTION, ARGUMENTS)
    monkeypatch.setattr(recorded, "function_hash", lambda _: "changed")
    with pytest.raises(StaleRecord, match="has changed"):
        recorded.read(NAME, FUNCTION, ARGUMENTS)


def test_a_tampered_array_is_stale(store: Path) -> None:
    keep({"curve": np.linspace(0, 1, 5000)})
    file = next(store.rglob("*.npy"))
    file.write_bytes(file.read_bytes()[:-8] + b"\0" * 8)
    with pytest.raises(StaleRecord, match="changed"):
        recorded.read(NAME, FUNCTION, ARGUMENTS)


def test_a_number_changed_by_hand_is_stale_and_can_be_recorded_anew(store: Path) -> None:
    keep({"auc": np.array([0.602])})
    file = next(store.rglob("debian*.json"))
    file.write_text(file.read_text(encoding="utf-8").replace("0.602", "0.603"), encoding="utf-8")
    with pytest.raises(StaleRecord, match="changed after"):
        recorded.read(NAME, FUNCTION, ARGUMENTS)
    assert keep({"auc": np.array([0.602])}).state == "damaged record replaced"
    assert recorded.read(NAME, FUNCTION, ARGUMENTS).value["auc"].tolist() == [0.602]


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"format": 1}', '{"format":9,"hashes":{},"value":{}}'])
def test_a_damaged_record_is_stale(store: Path, text: str) -> None:
    keep({"auc": np.array([0.602])})
    next(store.rglob("debian*.json")).write_text(text, encoding="utf-8")
    with pytest.raises(StaleRecord):
        recorded.read(NAME, FUNCTION, ARGUMENTS)


def test_a_lost_array_is_stale(store: Path) -> None:
    keep({"curve": np.linspace(0, 1, 5000)})
    next(store.rglob("*.npy")).unlink()
    with pytest.raises(StaleRecord, match="missing"):
        recorded.read(NAME, FUNCTION, ARGUMENTS)


def test_evil_names_stay_inside_the_folder_of_records(store: Path) -> None:
    keep({"../../pwned": np.linspace(0, 1, 5000), 'x);system("touch pwned")': ["a"]})
    assert {path.parent for path in store.rglob("*.npy")} == {store / "r" / NAME}
    assert recorded.read(NAME, FUNCTION, ARGUMENTS).value["../../pwned"].size == 5000


def test_every_kind_of_result_is_recorded(store: Path) -> None:
    factor = Factor(np.array([1, NA_INTEGER], dtype=np.int32), ("a", "b"))
    value = {"f": factor, "models": [{"b": np.array([1.0])}, {"b": np.array([2, 3], dtype=np.int32)}], "none": None}
    keep(value)
    back = recorded.read(NAME, FUNCTION, ARGUMENTS).value
    assert back["f"].levels == factor.levels and back["f"].codes.tolist() == factor.codes.tolist()
    assert back["models"][1]["b"].tolist() == [2, 3] and back["none"] is None
    assert keep(value).state == "unchanged"
    with pytest.raises(ProtocolError, match="cannot be recorded"):
        keep({"z": np.array([1j])})


def test_another_type_is_drift_though_the_numbers_are_equal() -> None:
    assert list(recorded.drift({"n": np.array([3])}, {"n": np.array([3.0])})) == [("n", -np.inf)]
    assert list(recorded.drift({"n": np.array([3.0])}, {"n": np.array([3.0])})) == []


def test_of_several_stacks_the_wanted_one_is_read(store: Path) -> None:
    keep({"auc": np.array([0.602])})
    recorded.write(NAME, FUNCTION, ARGUMENTS, result_of(auc=np.array([0.7])), PROVENANCE, "debian13-r4.5.0")
    assert recorded.read(NAME, FUNCTION, ARGUMENTS).stack == "debian12-r4.2.2"
    assert recorded.read(NAME, FUNCTION, ARGUMENTS, "debian13-r4.5.0").value["auc"].tolist() == [0.7]
    assert recorded.read(NAME, FUNCTION, ARGUMENTS, "elsewhere").stack == "debian12-r4.2.2"
    assert set(recorded.stacks()) == {"debian12-r4.2.2", "debian13-r4.5.0"}


def test_drift_is_shown_and_a_large_one_refused(store: Path) -> None:
    keep({"auc": np.array([0.602]), "kept": np.array([1.0])})
    assert keep({"auc": np.array([0.602]), "kept": np.array([1.0])}).state == "unchanged"
    small = {"auc": np.array([0.602 * (1 + 1e-14)]), "kept": np.array([1.0])}
    change = keep(small, due={"auc": 12.0})
    assert (change.state, change.quantities[0][0]) == ("drifted", "auc")
    large = {"auc": np.array([0.61]), "kept": np.array([1.0])}
    assert keep(large, due={"auc": 12.0}).state == "refused"
    assert recorded.read(NAME, FUNCTION, ARGUMENTS).value["auc"].tolist() == small["auc"].tolist()
    assert keep(large, due={"auc": 12.0}, accept="pROC changed its default").state == "accepted"
    assert "pROC changed its default" in next(store.rglob("debian*.json")).read_text(encoding="utf-8")


def test_orphans_are_found(store: Path) -> None:
    keep({"auc": np.array([0.602])})
    assert recorded.orphans([]) == [NAME]
    assert recorded.orphans([NAME]) == []


def test_the_function_hash_follows_calls_and_not_comments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def write(common: str, own: str) -> str:
        (tmp_path / "common.R").write_text(common, encoding="utf-8")
        (tmp_path / "f.R").write_text(own, encoding="utf-8")
        return recorded.function_hash("f.R::f")

    monkeypatch.setattr(recorded, "r_root", lambda: tmp_path)
    first = write("h <- function(x) x\n", "# says\nf <- function(x) h(x)\n\ng <- function(x) x + 1\n")
    assert write("h <- function(x) x\n", "# says more\nf <- function(x) h(x)\n\ng <- function(x) x + 2\n") == first
    assert write("h <- function(x) x + 1\n", "f <- function(x) h(x)\n") != first
