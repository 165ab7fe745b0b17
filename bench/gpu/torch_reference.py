#!/usr/bin/env python3
"""The work of kernels.cpp in PyTorch, on the card or the CPU: torch_reference.py <batch> <rows per field> [compile]

39 fields, D = 16, zipf ids, DeepFM 400-400-400, Adam; float32 without TF32. Median of 7 rounds. Prints a Markdown table.
"""
import math
import statistics
import sys
import time

import torch

FIELDS, D = 39, 16
COLUMNS = FIELDS * D


def timed(call, device):
    def wait():
        if device == "cuda":
            torch.cuda.synchronize()

    def once(calls):
        wait()
        start = time.perf_counter()
        for _ in range(calls):
            call()
        wait()
        return (time.perf_counter() - start) / calls

    once(2)
    calls = max(1, int(0.05 / once(2)))
    return statistics.median(once(calls) for _ in range(7))


class DeepFm(torch.nn.Module):
    def __init__(self, rows, sparse):
        super().__init__()
        self.table = torch.nn.Embedding(FIELDS * rows, D, sparse=sparse)
        self.first = torch.nn.Embedding(FIELDS * rows, 1, sparse=sparse)
        torch.nn.init.normal_(self.table.weight, std=0.01)
        torch.nn.init.zeros_(self.first.weight)
        layers, n = [], COLUMNS
        for width in (400, 400, 400):
            layers += [torch.nn.Linear(n, width), torch.nn.ReLU(), torch.nn.Dropout(0.2)]
            n = width
        self.mlp = torch.nn.Sequential(*layers, torch.nn.Linear(n, 1))

    def forward(self, ids):
        e = self.table(ids)
        total = e.sum(1)
        fm = 0.5 * (total * total - (e * e).sum(1)).sum(1)
        return self.first(ids).sum((1, 2)) + fm + self.mlp(e.flatten(1)).squeeze(1)


def main():
    batch, rows = int(sys.argv[1]), int(sys.argv[2])
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.manual_seed(1)
    u = torch.rand(batch, FIELDS, dtype=torch.float64)
    ids = (torch.exp(u * math.log(rows + 1)) - 1).long().clamp_(0, rows - 1) + torch.arange(FIELDS) * rows
    ids = ids.to(device)
    labels = torch.randint(0, 2, (batch,), device=device).float()
    mask = torch.ones(COLUMNS, device=device, requires_grad=True)
    loss = torch.nn.BCEWithLogitsLoss()
    results = []

    table = torch.nn.Embedding(FIELDS * rows, D, sparse=True, device=device)
    with torch.no_grad():
        results.append(("embedding", timed(lambda: table(ids), device)))
        results.append(("embedding × mask", timed(lambda: table(ids).flatten(1) * mask, device)))
    sparse_adam = torch.optim.SparseAdam(table.parameters())
    upstream = torch.randn(batch, COLUMNS, device=device)

    def backward():
        table.zero_grad()
        mask.grad = None
        (table(ids).flatten(1) * mask).backward(upstream)
        sparse_adam.step()

    results.append(("embedding × mask forward, backward, sparse Adam", timed(backward, device)))

    for sparse in (False, True):
        if not sparse and FIELDS * rows * D * 16 > 8e9:
            continue
        model = DeepFm(rows, sparse).to(device).train()
        tables = [model.table.weight, model.first.weight]
        others = list(model.mlp.parameters())
        optimizers = [torch.optim.Adam(others), torch.optim.SparseAdam(tables) if sparse else torch.optim.Adam(tables)]
        run = torch.compile(model) if "compile" in sys.argv[3:] else model

        def step():
            for optimizer in optimizers:
                optimizer.zero_grad(set_to_none=True)
            loss(run(ids), labels).backward()
            for optimizer in optimizers:
                optimizer.step()

        results.append((f"DeepFM step, {'sparse' if sparse else 'dense'} Adam on tables", timed(step, device)))

    name = torch.cuda.get_device_name() if device == "cuda" else f"{torch.get_num_threads()} CPU threads"
    print(f"torch {torch.__version__}, {name}; batch {batch}, {FIELDS} fields of {rows} rows, D = {D}\n\n| work | median µs |\n|---|---|")
    for work, seconds in results:
        print(f"| {work} | {seconds * 1e6:.2f} |")


if __name__ == "__main__":
    main()
