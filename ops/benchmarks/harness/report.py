"""What was found: rows with a result, the limit beside it, the goal, and whether it was met."""

import json
import textwrap

HEADS = ["What", "Optare", "Beside it in the same run", "Ratio", "Goal", ""]


def figure(value):
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}"


class Report:
    def __init__(self):
        self.rows = []
        self.section = ""
        self.disturbed = []
        self.profiles = []

    def add(self, what, result, unit, *, limit=None, limit_name="", share=None, bound=None, goal="",
            higher_is_better=True, note="", latency=None, limit_latency=None):
        """`share`: the goal is that part of `limit`. `bound`: the goal as a number, `goal` its words.

        `latency`, `limit_latency`: p50 and p99 in microseconds, said beside the figure.
        """
        if share is not None:
            bound, goal = share * limit, f">= {part(share)}"
        met = None
        if bound is not None:
            met = result >= bound if higher_is_better else result <= bound
        row = {"section": self.section, "what": what, "result": result, "unit": unit, "limit": limit,
               "limit_name": limit_name, "ratio": result / limit if limit else None, "goal": goal,
               "bound": bound, "met": met, "verdict": verdict(result, bound, higher_is_better), "note": note,
               "latency_us": latency, "limit_latency_us": limit_latency}
        self.rows.append(row)
        print("  " + line_of(row), flush=True)

    def share(self, what, samples, parts):
        """Of a process's time, by `samples` stacks: (part, share) each."""
        self.profiles.append({"what": what, "samples": samples, "parts": parts})
        print(f"  {what}: {parts_of(parts)} ({samples:,} samples)", flush=True)

    def disturbance(self, text):
        self.disturbed.append(text)
        print(f"  WARNING: {text}", flush=True)

    def table(self):
        """In Markdown, as README.md has it."""
        tables = []
        for on_kafka in (False, True):
            rows = [row for row in self.rows if (row["section"] == "kafka") == on_kafka]
            if rows:
                tables.append(table_of([HEADS] + [[cell.replace("|", "\\|") for cell in cells_of(row)] for row in rows]))
        if self.profiles:
            tables.append(table_of([["What", "Shares"]] + [[each["what"], parts_of(each["parts"])] for each in self.profiles]))
        return "\n\n".join(tables)

    def notes(self):
        notes = [f"{row['what']}: {row['note']}" for row in self.rows if row["note"]]
        lines = []
        for text in notes + [f"WARNING: {text}" for text in self.disturbed]:
            lines += textwrap.wrap(text, 118, initial_indent="* ", subsequent_indent="  ")
        return "\n".join(lines)

    def write(self, path, about):
        with open(path, "w") as file:
            json.dump({**about, "disturbed": self.disturbed, "rows": self.rows, "profiles": self.profiles}, file, indent=2)
            file.write("\n")


def table_of(cells):
    lines = ["|" + "|".join(f" {cell} " if cell else " " for cell in row) + "|" for row in cells]
    lines.insert(1, "|---" * len(cells[0]) + "|")
    return "\n".join(lines)


def parts_of(parts):
    return ", ".join(f"{name} {share * 100:.0f} %" for name, share in parts)


def verdict(result, bound, higher_is_better):
    if bound is None:
        return ""
    if higher_is_better:
        return "met" if result >= bound else f"missed by {part(1 - result / bound)}"
    return "met" if result <= bound else f"missed: {result / bound:.3g} times"


def part(ratio):
    return f"{ratio * 100:.{0 if ratio >= 0.01 else 1}f} %" if ratio < 2 else f"{ratio:.2g} times"


def quantity(value, unit, latency):
    text = f"{figure(value)} {unit}".strip()
    if latency:
        p50, p99 = (figure(us / 1000) for us in latency)
        text += f"; p50 {p50}, p99 {p99} ms"
    return text


def cells_of(row):
    beside = quantity(row["limit"], row["limit_name"], row["limit_latency_us"]) if row["limit"] is not None else ""
    ratio = part(row["ratio"]) if row["ratio"] is not None else ""
    return [row["what"], quantity(row["result"], row["unit"], row["latency_us"]), beside, ratio, row["goal"], row["verdict"]]


def line_of(row):
    what, result, beside, ratio, goal, judged = cells_of(row)
    parts = [f"{what}: {result}"]
    if beside:
        parts.append(f"{ratio} of {beside}")
    if goal:
        parts.append(f"goal {goal}: {judged}")
    return "; ".join(parts)
