"""What was found: rows with a result, the limit beside it, the goal, and whether it was met."""

import json
import textwrap


def figure(value):
    if value is None:
        return ""
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}"


class Report:
    def __init__(self):
        self.rows = []
        self.section = ""
        self.disturbed = []

    def add(self, what, result, unit, *, limit=None, limit_name="", share=None, bound=None, goal="",
            higher_is_better=True, note=""):
        """`share`: the goal is that part of `limit`. `bound`: the goal as a number, `goal` its words."""
        if share is not None:
            bound, goal = share * limit, f">= {share:.0%} of {limit_name}"
        met = None
        if bound is not None:
            met = result >= bound if higher_is_better else result <= bound
        row = {"section": self.section, "what": what, "result": result, "unit": unit, "limit": limit,
               "limit_name": limit_name, "ratio": result / limit if limit else None, "goal": goal,
               "bound": bound, "met": met, "verdict": verdict(result, bound, higher_is_better), "note": note}
        self.rows.append(row)
        print("  " + line_of(row), flush=True)

    def disturbance(self, text):
        self.disturbed.append(text)
        print(f"  WARNING: {text}", flush=True)

    def table(self):
        heads = ["section", "what", "result", "beside", "ratio", "goal", "verdict"]
        cells = [heads] + [cells_of(row) for row in self.rows]
        widths = [max(len(row[i]) for row in cells) for i in range(len(heads))]
        lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in cells]
        lines.insert(1, "  ".join("-" * width for width in widths))
        notes = [f"{row['section']}, {row['what']}: {row['note']}" for row in self.rows if row["note"]]
        for text in notes + [f"WARNING: {text}" for text in self.disturbed]:
            lines += textwrap.wrap(text, 118, initial_indent="* ", subsequent_indent="  ")
        return "\n".join(lines)

    def write(self, path, about):
        with open(path, "w") as file:
            json.dump({**about, "disturbed": self.disturbed, "rows": self.rows}, file, indent=2)
            file.write("\n")


def verdict(result, bound, higher_is_better):
    if bound is None:
        return ""
    if higher_is_better:
        return "met" if result >= bound else f"missed by {1 - result / bound:.0%}"
    return "met" if result <= bound else f"missed: {result / bound:.2g} times"


def cells_of(row):
    beside = f"{figure(row['limit'])} {row['limit_name']}" if row["limit"] is not None else ""
    ratio = f"{row['ratio']:.0%}" if row["ratio"] is not None else ""
    return [row["section"], row["what"], f"{figure(row['result'])} {row['unit']}", beside, ratio, row["goal"],
            row["verdict"]]


def line_of(row):
    _, what, result, beside, ratio, goal, judged = cells_of(row)
    parts = [f"{what}: {result}"]
    if beside:
        parts.append(f"{ratio} of {beside}")
    if goal:
        parts.append(f"goal {goal}: {judged}")
    return "; ".join(parts)
