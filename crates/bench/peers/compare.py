#!/usr/bin/env python3
"""Runs our measured workloads beside a peer's, turn by turn, and prints the ratios.

usage, from the project's root after `cargo build --release -p tapegrad-bench`:
  TORCH_PYTHON=VENV/bin/python crates/bench/peers/compare.py [--workloads a,b] [--threads 1,2] [--seconds 1.0] [--rounds 3]
      [--ours 'COMMAND'] [--peer 'NAME=COMMAND' ...] [--json FILE] [--need FILE]
A command takes `WORKLOAD --threads N --seconds S` and prints one JSON line. Without --peer: PyTorch, by workloads.py beside this file.
The ratio is peer time / our time (above 1: ours is faster), the median over the rounds of paired runs. A row whose first or fifth
loss differs from the first peer's by more than 1e-4 max(1, |loss|) is marked VALUES DIFFER. --need: a file of lines `WORKLOAD RATIO`
(only those are run, unless --workloads says otherwise); rows below it are marked. Marked rows make the exit status 1.
"""
import argparse, json, math, os, shlex, statistics, subprocess, sys

HERE = os.path.dirname(os.path.abspath(__file__))
WORKLOADS = ("dispatch scalar_chain mlp_tiny hvp_mlp infer_lenet_b1 linear_gd seed_net lenet mlp_mnist conv3x3 vgg_bn unet_tiny "
             "transformer lstm elementwise layernorm softmax_ce adam_10m infer_lenet_b256").split()


def run(cmd, w, threads, seconds):
    try:
        out = subprocess.run(cmd + [w, "--threads", str(threads), "--seconds", str(seconds)], capture_output=True, text=True, timeout=600)
    except (subprocess.TimeoutExpired, OSError) as e:
        return {"error": type(e).__name__}
    rows = [l for l in out.stdout.splitlines() if l.startswith("{")]
    row = json.loads(rows[-1]) if rows else {"error": (out.stderr.strip().splitlines() or ["no line"])[-1]}
    return row if math.isfinite(row.get("ms_per_step", math.nan)) and math.isfinite(row.get("final_loss", math.nan)) else {"error": row.get("error") or row.get("unsupported") or "not finite"}


def main():
    a = argparse.ArgumentParser()
    a.add_argument("--workloads", default="all"); a.add_argument("--threads", default="1")
    a.add_argument("--seconds", type=float, default=1.0); a.add_argument("--rounds", type=int, default=3)
    a.add_argument("--ours", default="target/release/workloads"); a.add_argument("--peer", action="append", default=[])
    a.add_argument("--json"); a.add_argument("--need")
    o = a.parse_args()
    peers = {k: shlex.split(v) for k, v in (p.split("=", 1) for p in o.peer)} or {
        "torch": [os.environ.get("TORCH_PYTHON", sys.executable), f"{HERE}/torch/workloads.py"]}
    need = {k: float(v) for k, v in (l.split()[:2] for l in open(o.need) if l.strip() and l[0] != "#")} if o.need else {}
    ours, names = shlex.split(o.ours), [w for w in WORKLOADS if w in need or not need] if o.workloads == "all" else o.workloads.split(",")
    table, short = [], []
    for threads in map(int, o.threads.split(",")):
        for w in names:
            rounds = {k: [] for k in ["ours", *peers]}
            for _ in range(o.rounds):
                for k, cmd in [("ours", ours), *peers.items()]:
                    rounds[k].append(run(cmd, w, threads, o.seconds))
            med = lambda k, f: statistics.median([r[f] for r in rounds[k] if f in r] or [math.nan])
            row = {"workload": w, "threads": threads, "ours_ms": med("ours", "ms_per_step"), "ours_mb": med("ours", "peak_rss_mb")}
            cells = [f"{w:17} t{threads}  ours {row['ours_ms']:10.4f} ms {row['ours_mb']:7.1f} MB"]
            if "error" in rounds["ours"][0]:
                cells.append("OURS: " + str(rounds["ours"][0]["error"])[:60])
            for k in peers:
                xs = [p["ms_per_step"] / m["ms_per_step"] for m, p in zip(rounds["ours"], rounds[k]) if "ms_per_step" in m and "ms_per_step" in p]
                row |= {k + "_ms": med(k, "ms_per_step"), k + "_mb": med(k, "peak_rss_mb"), k + "_x": statistics.median(xs) if xs else math.nan}
                cells.append(f"{k} {row[k + '_ms']:10.4f} ms {row[k + '_mb']:7.1f} MB  x{row[k + '_x']:.2f}")
            first = next(iter(peers))
            if w in need and not row[first + "_x"] >= need[w]:
                short.append(w); cells.append(f"BELOW {need[w]}")
            for f in ("first_loss", "loss5"):
                a, b = med("ours", f), med(first, f)
                if "error" not in rounds["ours"][0] and not abs(a - b) <= 1e-4 * max(abs(b), 1.0):
                    short.append(w); cells.append(f"VALUES DIFFER: {f} {a} against {b}")
            table.append(row); print(" | ".join(cells), flush=True)
    for k in peers:
        xs = {f"{r['workload']}/t{r['threads']}": r[k + "_x"] for r in table if not math.isnan(r[k + "_x"])}
        if xs:
            print(f"{k}: geometric mean x{math.exp(sum(map(math.log, xs.values())) / len(xs)):.2f}, least x{min(xs.values()):.2f}, "
                  f"behind in {[w for w, x in xs.items() if x < 1]}, {len(xs)} of {len(table)} measured")
    if o.json:
        json.dump(table, open(o.json, "w"), indent=1)
    if need:
        asked = [w for w in names if w in need]
        print(f"{len(set(asked) - set(short))} of {len(asked)} needed ratios reached; below: {sorted(set(short))}")
    sys.exit(1 if short else 0)


if __name__ == "__main__":
    main()
