"""doc/models.md, `agspice --model` and the model files say the same; when they do not, `make doc` is to be run."""
import glob
import os
import re
import tap
from program import agspice

with open("doc/models.md", encoding="utf-8") as f:
    DOCUMENT = f.read()


def models():
    return [line.split()[0] for line in agspice("--models").expect(0).out.splitlines()]


def sources():
    """Model name -> text of its file."""
    found = {}
    for path in glob.glob("models/*/*.c"):
        with open(path, encoding="utf-8") as f:
            text = f.read()
        found[re.search(r'\.name = "(\w+)"', text).group(1)] = text
    return found


def comment(text):
    """Lines of the leading comment without its first one, without stars."""
    lines = text[:text.index("*/")].splitlines()[1:]
    return [line for line in (re.sub(r"^ \* ?", "", line).rstrip() for line in lines) if line]


def test_every_model_has_a_page_in_the_order_of_the_list():
    pages = re.findall(r"^(\w+) - .*\n-+$", DOCUMENT, re.M)
    tap.check(pages == models(), f"pages {pages}, models {models()}: run make doc")
    tap.check(sorted(sources()) == sorted(models()), "a model file that is not in the list")


def test_pages_are_what_the_program_prints():
    stale = [m for m in models() if agspice("--model", m).expect(0).out not in DOCUMENT]
    tap.check(not stale, f"pages of {', '.join(stale)} are old: run make doc")


def test_pages_begin_with_the_comment_of_the_model_file():
    for model, text in sources().items():
        page = agspice("--model", model).expect(0).out.splitlines()
        for line in comment(text):
            tap.check("    " + line in page, f"{model}: this line is not in its page: {line}")


def test_pages_list_every_parameter_state_and_value_of_the_tables():
    for model, text in sources().items():
        page = agspice("--model", model).out
        for table in ("param", "unknown", "derived"):
            body = re.search(rf"{table}\[\]\s*= \{{(.*?)\n?\}};", text, re.S)
            names = re.findall(r'(?:[A-Z]+\(|\{) *"(\w+)",', body.group(1)) if body else []
            missing = [n for n in names if not re.search(rf"^\| {n} +\|", page, re.M)]
            tap.check(not missing, f"{model}: no row for {missing}")
            tap.check(names or not body or "/" not in body.group(1), f"{model}: table {table} not understood")


def test_every_page_has_a_picture_of_a_netlist_of_that_model():
    for model in models():
        page = DOCUMENT.split(f"\n{model} - ")[1]
        netlist, picture = re.search(r"^!\[(\S+)\]\((\S+)\)$", page, re.M).groups()
        tap.check(os.path.getsize(os.path.join("doc", picture)) > 2000, f"{picture} is empty")
        with open(netlist, encoding="utf-8") as f:
            tap.check(re.search(rf"^\* Model .*\b{model}\b", f.read(), re.M), f"{netlist} does not name {model}")


tap.run([f for name, f in list(globals().items()) if name.startswith("test_")])
