"""Writes a trained model as ONNX files with their card.

    python export.py RUN/model.pt -o ../onnx

Opset 17, by the legacy exporter, shapes fixed: the built-in engine runs those best. Weights are
stored in half precision and cast when the file is loaded.
"""

import argparse
import hashlib
import json
import warnings
from pathlib import Path

import numpy as np
import onnx
import torch
import torch.nn as nn
from onnx import TensorProto, helper, numpy_helper
from torch.nn.utils.fusion import fuse_conv_bn_eval

from model import LENGTH, RATE, Config, Residual, Schema, parameters
from train import Proposer

BATCH = 32
# Arrays below this size stay as they are: biases, and the sines and cosines that split a sound.
SMALL = 2048


def halve(path):
    """Stores large float weights in half precision, with a cast before their use."""
    model = onnx.load(path)
    graph = model.graph
    casts = []
    for weight in graph.initializer:
        if weight.data_type != TensorProto.FLOAT or np.prod(weight.dims) < SMALL:
            continue
        values = numpy_helper.to_array(weight)
        name = weight.name
        stored = numpy_helper.from_array(values.astype(np.float16), name + "_half")
        weight.CopyFrom(stored)
        casts.append(helper.make_node("Cast", [name + "_half"], [name], to=TensorProto.FLOAT))
    nodes = list(graph.node)
    del graph.node[:]
    graph.node.extend(casts + nodes)
    del graph.value_info[:]
    model.producer_name, model.producer_version, model.doc_string = "cultivar", "", ""
    onnx.checker.check_model(model)
    onnx.save(model, path)


def export(module, inputs, names, output, path):
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            module, inputs, str(path), input_names=names, output_names=[output],
            opset_version=17, dynamo=False, do_constant_folding=True,
        )
    halve(path)


def part(path):
    data = path.read_bytes()
    return {"file": path.name, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def shipped(net):
    """The network as it is shipped: norms folded into convolutions, large weights rounded to
    what half precision can say."""
    layers = list(net.ear.layers)
    for k, (conv, norm) in enumerate(zip(layers, layers[1:])):
        if isinstance(norm, nn.BatchNorm2d):
            layers[k], layers[k + 1] = fuse_conv_bn_eval(conv, norm), nn.Identity()
        if isinstance(conv, Residual):
            conv.first, conv.norm = fuse_conv_bn_eval(conv.first, conv.norm), nn.Identity()
            conv.second, conv.last = fuse_conv_bn_eval(conv.second, conv.last), nn.Identity()
    net.ear.layers = nn.Sequential(*layers)
    for values in [*net.parameters(), *net.buffers()]:
        if values.numel() >= SMALL:
            values.data = values.data.half().float()
    return net


def load(path, schema):
    """A trained model as it is shipped, and everything that was written about it."""
    saved = torch.load(path, weights_only=True)
    if saved["schema"] != schema.hash:
        raise SystemExit(f"{path}: its schema is {saved['schema']}, not {schema.hash}")
    net = Proposer(Config(**saved["run"]["net"]), schema)
    net.load_state_dict(saved["weights"])
    return shipped(net.eval()), saved


def main():
    parse = argparse.ArgumentParser(description=__doc__)
    parse.add_argument("model", type=Path)
    parse.add_argument("--steps", type=int, default=20)
    parse.add_argument("--guidance", type=float, default=1.5)
    parse.add_argument("-o", "--out", type=Path, required=True)
    args = parse.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    schema = Schema.read()
    net, saved = load(args.model, schema)
    heard = saved["run"]["net"]["heard"]
    ear, flow = args.out / "ear.onnx", args.out / "flow.onnx"
    note = torch.tensor([[60.0, 1.0]])
    export(net.ear, (torch.randn(1, LENGTH), note), ["samples", "note"], "heard", ear)
    state = (torch.randn(BATCH, schema.width), torch.tensor([[0.5]]), torch.randn(1, heard))
    export(net.flow, state, ["values", "time", "heard"], "means", flow)
    card = {
        "name": f"proposer {saved['config']}",
        "licence": "CC0-1.0",
        "schema": schema.hash,
        "rate": RATE, "length": LENGTH, "width": schema.width, "heard": heard, "batch": BATCH,
        "steps": args.steps, "guidance": args.guidance,
        "ear": part(ear), "flow": part(flow),
        "parameters": {"ear": parameters(net.ear), "flow": parameters(net.flow)},
        "training": {"run": saved["run"], "pairs": saved["pairs"], "metrics": saved["metrics"]},
    }
    (args.out / "proposer.json").write_text(json.dumps(card, indent=1) + "\n")
    print(f"{args.out}: ear {ear.stat().st_size} bytes, flow {flow.stat().st_size} bytes")


if __name__ == "__main__":
    main()
