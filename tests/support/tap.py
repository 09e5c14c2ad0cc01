"""tap - results of a test script: `ok name` or `not ok name - why`, and the plan at the end.

    def test_name(): ...        raises Failure (or anything else) when it fails
    tap.run([test_name, ...])
    tap.run([("name", function), ...])

The plan comes last: a script that dies in the middle has none, which the runner counts as a failure.
"""
import sys
import traceback


class Failure(Exception):
    """A test that failed; the text says what was wanted and what came."""


def check(condition, why):
    if not condition:
        raise Failure(why)


def close(got, want, relative=0.0, absolute=0.0, what="value"):
    """Fails unless |got - want| <= absolute + relative |want|. NaN is never close."""
    if not abs(got - want) <= absolute + relative * abs(want):
        raise Failure(f"{what} = {got:.9g}, wanted {want:.9g} within {relative:g} relative + {absolute:g}")


def run(tests):
    failed = 0
    for test in tests:
        name, function = test if isinstance(test, tuple) else (test.__name__.removeprefix("test_").replace("_", " "), test)
        try:
            function()
            print(f"ok {name}", flush=True)
        except Failure as why:
            failed += 1
            first, *rest = str(why).splitlines() or [""]
            print(f"not ok {name} - {first}")
            for line in rest:
                print(f"# {line}")
        except Exception:
            failed += 1
            print(f"not ok {name} - unexpected exception")
            for line in traceback.format_exc().splitlines():
                print(f"# {line}")
    print(f"1..{len(tests)}", flush=True)
    sys.exit(min(failed, 90))
