"""Pairs of genome and sound, as `cultivar dataset` writes them."""

import json
from pathlib import Path

import numpy as np
import torch

from model import BANDS, FRAMES, LENGTH, Mel


class Pairs:
    """All pairs of a folder: genomes, what of them is heard, notes, and energies in mel bands.

    The energies are computed once, into `mel.f16` beside the sounds, as decibels: augmentation
    works on them.
    """

    def __init__(self, folder, schema):
        folder = Path(folder)
        manifest = json.loads((folder / "manifest.json").read_text())
        if manifest["schema"] != schema.hash:
            raise SystemExit(f"{folder}: its schema is {manifest['schema']}, not {schema.hash}")
        if manifest["length"] != LENGTH:
            raise SystemExit(f"{folder}: its sounds have {manifest['length']} samples, not {LENGTH}")
        self.folder, self.manifest = folder, manifest
        shards = -(-manifest["n"] // manifest["shard"])
        self.sounds = [np.load(self.path("sound", k), mmap_mode="r") for k in range(shards)]
        load = lambda what: np.concatenate([np.load(self.path(what, k)) for k in range(shards)])
        self.genome = torch.from_numpy(load("genome"))
        self.heard = torch.from_numpy(load("heard"))
        self.note = torch.from_numpy(load("note")[:, [0, 2]].copy())
        self.mel = self.energies()

    def __len__(self):
        return len(self.genome)

    def path(self, what, shard):
        return self.folder / f"{what}-{shard:05}.npy"

    def sound(self, index):
        """One sound, as samples between -1 and 1."""
        shard, place = divmod(index, self.manifest["shard"])
        return torch.from_numpy(self.sounds[shard][place].astype(np.float32) / 32767)

    def energies(self):
        """Decibels in mel bands of every sound: (pairs, BANDS, FRAMES), half precision."""
        path = self.folder / "mel.f16"
        shape = (self.manifest["n"], BANDS, FRAMES)
        done = self.folder / "mel.done"
        if not (done.exists() and done.read_text() == str(shape)):
            out = np.lib.format.open_memmap(path, "w+", np.float16, shape)
            mel = Mel().eval()
            at = 0
            with torch.no_grad():
                for shard in self.sounds:
                    for start in range(0, len(shard), 64):
                        samples = torch.from_numpy(shard[start : start + 64].astype(np.float32) / 32767)
                        levels = 10 * torch.log10(mel(samples) + 1e-12)
                        out[at : at + len(levels)] = levels.half().numpy()
                        at += len(levels)
            out.flush()
            done.write_text(str(shape))
        return np.load(path, mmap_mode="c")
