"""Compares the exported networks with the trained ones and completes the card and the lab book.

    python evaluate.py RUN/model.pt PAIRS -o ../onnx --judged judged.json

Stores a few pairs with what PyTorch says about them in `parity.json`, where the instrument's
tests find them; runs the exported files on them by onnx's reference evaluator; and writes the
metrics, with the judgement of rendered proposals, into the card and into LOG.md.
"""

import argparse
import base64
import datetime
import json
from pathlib import Path

import numpy as np
import torch
from onnx.reference import ReferenceEvaluator

from export import BATCH, load
from model import LENGTH, Schema
from pairs import Pairs

# Samples of a stored sound; the rest is silence.
STORED = 12_000
STORED_PAIRS = 3
TOLERANCE = 1e-3
LOG = Path(__file__).resolve().parent / "LOG.md"


def coded(array, kind):
    return base64.b64encode(np.ascontiguousarray(array, kind).tobytes()).decode()


def stored(net, pairs, schema):
    """A few held-out pairs, with what the ear hears and what the flow says of them half-way."""
    random = torch.Generator().manual_seed(5)
    out = []
    for index in range(STORED_PAIRS):
        samples = (pairs.sound(index)[:STORED] * 32767).round()
        note = pairs.note[index : index + 1]
        sound = torch.zeros(1, LENGTH)
        sound[0, :STORED] = samples / 32767
        values = torch.randn(1, schema.width, generator=random) * 0.5 + pairs.genome[index] - 0.5
        with torch.no_grad():
            heard = net.ear(sound, note)
            means = net.flow(values, torch.tensor([[0.5]]), heard)
        out.append({
            "note": note[0].tolist(), "sound": sound, "samples": coded(samples.numpy(), "<i2"),
            "values": values, "heard": heard, "means": means,
        })
    return out


def apart(onnx, pairs):
    """Greatest difference of the exported networks from the trained ones on stored pairs."""
    ear, flow = (ReferenceEvaluator(str(onnx / name)) for name in ("ear.onnx", "flow.onnx"))
    worst = {"ear": 0.0, "flow": 0.0}
    for pair in pairs:
        note = np.array([pair["note"]], np.float32)
        heard = ear.run(None, {"samples": pair["sound"].numpy(), "note": note})[0]
        values = np.repeat(pair["values"].numpy(), BATCH, 0)
        feed = {"values": values, "time": np.array([[0.5]], np.float32), "heard": pair["heard"].numpy()}
        means = flow.run(None, feed)[0]
        worst["ear"] = max(worst["ear"], float(np.abs(heard - pair["heard"].numpy()).max()))
        worst["flow"] = max(worst["flow"], float(np.abs(means - pair["means"].numpy()).max()))
    return worst


def entry(card):
    """One line of the lab book."""
    run, metrics = card["training"]["run"], card["training"]["metrics"]
    own = card["judged"]["own"]
    pairs = card["training"]["pairs"]
    cells = [
        datetime.date.today().isoformat(), card["name"], str(run["seed"]),
        f"{pairs['n']} (seed {pairs['seed']})", f"{run['steps']} x {run['batch']}",
        f"{metrics['seconds']:.0f} s",
        f"{card['parameters']['ear']:,} + {card['parameters']['flow']:,}",
        f"{metrics['train']:.2f} / {metrics['held_out']:.2f}",
        f"{own['mean']:.1f} / {own['best']:.1f} ({own['best_of_stock_tables']:.1f}, {own['best_near_patches']:.1f})",
        card["schema"][:8],
    ]
    return "| " + " | ".join(cells) + " |\n"


def main():
    parse = argparse.ArgumentParser(description=__doc__)
    parse.add_argument("model", type=Path)
    parse.add_argument("pairs", type=Path)
    parse.add_argument("--judged", type=Path, required=True)
    parse.add_argument("-o", "--onnx", type=Path, required=True)
    args = parse.parse_args()
    schema = Schema.read()
    net, _ = load(args.model, schema)
    known = stored(net, Pairs(args.pairs, schema), schema)
    worst = apart(args.onnx, known)
    print(f"exported against trained: ear {worst['ear']:.1e}, flow {worst['flow']:.1e}")
    if max(worst.values()) > TOLERANCE:
        raise SystemExit(f"the exported networks are not the trained ones: {worst}")
    for pair in known:
        del pair["sound"]
        for name in "values", "heard", "means":
            pair[name] = coded(pair[name].numpy(), "<f4")
    (args.onnx / "parity.json").write_text(json.dumps(known, indent=1) + "\n")
    path = args.onnx / "proposer.json"
    card = json.loads(path.read_text())
    card["judged"] = json.loads(args.judged.read_text())
    card["exported_apart"] = worst
    path.write_text(json.dumps(card, indent=1) + "\n")
    with LOG.open("a") as log:
        log.write(entry(card))


if __name__ == "__main__":
    main()
