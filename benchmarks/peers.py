#!/usr/bin/env python3
"""Whole plans on PyTorch, torch.compile and ONNX Runtime beside ours, in one run.

    python3 benchmarks/peers.py [--json] [--cases NAME[/bK],...] [--rounds N] [--threads 1]

Every runtime computes the same: raw cloud and state of one observation are normalised and encoded,
joined with the given features of the earlier observation steps, and K candidates take one step from
the given noise to normalised actions, x0 = z - u(z, r = 0, t = 1), or what the policy's sampler is.
The peers run the network of training/ as it is; encoder and FiLM are computed once for all candidates
there too (a batch of one, broadcast; FiLM of other samplers than MeanFlow's for each). Ours has folded times and normalisation into its weights at load, and ONNX Runtime folds
what its exporter and optimiser find.

Peers compute in float32. Ours runs in each of --dtypes, on the same weights, in a process of its
own: `simrun bench --peer`, JSON lines on its standard input and output. All runtimes are loaded
first; then slices of them alternate, in an order that rotates from round to round, hot; the figure
is the median of all calls of all rounds. Exit code 1 if float32 differs from PyTorch by more than
1e-4 anywhere, or another type by more than 2e-2 of the norm.

Needs training/requirements.txt and training/requirements-peers.txt; a peer that is not installed,
or cannot compile the network, is null.
"""

import argparse
import contextlib
import io
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CANDIDATES = [1, 8, 32, 50]
DTYPES = ["fp32", "bf16", "bf16-dot", "int8"]
PEERS = ["torch_eager", "torch_compile", "onnxruntime"]
# Ours takes a second thread for networks from this size on alone.
PARAMETERS_FOR_TWO_THREADS = 50_000_000
FIFO_PRIORITY = 50
MOST_ABSOLUTE = 1e-4
MOST_RELATIVE = 2e-2


# The network and its inputs.


def cloud_normalisation(frame, normal):
    """Scale and offset of a point's numbers as the network reads them."""
    if normal["kind"] != "isotropic":
        return normal["scale"], normal["offset"]
    scale, offset = [], []
    if frame != "tool":
        scale += [normal["world_scale"]] * 3
        offset += [-c * normal["world_scale"] for c in normal["centre"]]
    if frame != "world":
        scale += [normal["tool_scale"]] * 3
        offset += [0.0] * 3
    return scale, offset


def load_plan(folder):
    """The plan of a policy's directory as a module of
    (cloud [1, P, C], state [1, D], earlier [1, F], noise [K, T, A]) -> actions [K, T, A];
    and its NetworkShape and number of points."""
    import torch
    from safetensors.torch import load_file

    sys.path.insert(0, str(ROOT / "training"))
    from simrun_training.network import NetworkShape, PolicyNetwork
    from simrun_training.sampling import sample

    about = json.loads((folder / "policy.json").read_text())
    frame, points = about["cloud"]["frame"], about["cloud"]["points"]
    normal = about["cloud"]["normalisation"]
    shape = NetworkShape.from_dict(
        {
            "action_width": len(about["action"]["names"]),
            "state_width": sum(one["width"] for one in about["state"]["features"]),
            "cloud_width": 6 if frame == "world+tool" else 3,
            "horizon": about["horizon"],
            "observation_steps": about["observation_steps"],
            **about["network"],
        }
    )
    network = PolicyNetwork(shape)
    weights = load_file(folder / about["weights"]["file"])
    network.load_state_dict({name: tensor.float() for name, tensor in weights.items()})

    scale, offset = cloud_normalisation(frame, normal)
    sampler = about.get("sampler", {"kind": "meanflow"})

    class Plan(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.network = network
            state = about["state"]["normalisation"]
            self.register_buffer("cloud_scale", torch.tensor(scale))
            self.register_buffer("cloud_offset", torch.tensor(offset))
            self.register_buffer("state_scale", torch.tensor(state["scale"]))
            self.register_buffer("state_offset", torch.tensor(state["offset"]))

        def encode(self, cloud, state):
            cloud = cloud * self.cloud_scale + self.cloud_offset
            state = state * self.state_scale + self.state_offset
            return self.network.encoder(cloud[:, None], state[:, None])

        def forward(self, cloud, state, earlier, noise):
            condition = torch.cat([earlier, self.encode(cloud, state)], -1)
            if sampler["kind"] != "meanflow":
                return sample(network, sampler, noise, condition.expand(noise.shape[0], -1))
            one = torch.ones(1)
            return noise - self.network.unet(noise, one, torch.zeros(1), condition)

    return Plan().eval(), shape, points


def make_inputs(plan, shape, points, candidates, seed=0):
    """Inputs of a plan such as its policy sees: a cloud and a state within their normal ranges."""
    import torch

    chance = torch.Generator().manual_seed(seed)

    def observation():
        wanted = torch.rand(1, points, shape.cloud_width, generator=chance) * 2 - 1
        cloud = (wanted - plan.cloud_offset) / plan.cloud_scale
        wanted = torch.rand(1, shape.state_width, generator=chance) * 2 - 1
        return cloud, (wanted - plan.state_offset) / plan.state_scale

    with torch.no_grad():
        earlier = [plan.encode(*observation()) for _ in range(shape.observation_steps - 1)]
    features = torch.cat(earlier, -1) if earlier else torch.zeros(1, 0)
    size = (candidates, shape.horizon, shape.action_width)
    cloud, state = observation()
    return cloud, state, features, torch.randn(*size, generator=chance)


# Runtimes: each is called with a number of calls and gives the seconds of each; `output` gives the
# actions as one flat list.


class InProcess:
    """A peer in this process."""

    pid = 0

    def __init__(self, call):
        self.call = call

    def run(self, calls):
        spans = []
        for _ in range(calls):
            start = time.perf_counter()
            self.call()
            spans.append(time.perf_counter() - start)
        return spans

    def output(self):
        return self.call().reshape(-1).tolist()

    def close(self):
        pass


def torch_eager(plan, inputs, _threads):
    import torch

    def call():
        with torch.inference_mode():
            return plan(*inputs)

    return InProcess(call)


def torch_compile(plan, inputs, _threads):
    import torch

    compiled = torch.compile(plan, dynamic=False)

    def call():
        with torch.no_grad():
            return compiled(*inputs)

    call()
    return InProcess(call)


def onnxruntime(plan, inputs, threads):
    import onnxruntime
    import torch

    with tempfile.TemporaryDirectory() as folder, torch.no_grad():
        path = str(Path(folder) / "plan.onnx")
        names = ["cloud", "state", "earlier", "noise"]
        keep = [i for i, one in enumerate(inputs) if one.numel()]
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            torch.onnx.export(
                plan, inputs, path, input_names=names, opset_version=20, dynamo=False
            )
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        session = onnxruntime.InferenceSession(path, options, ["CPUExecutionProvider"])
    feed = {names[i]: inputs[i].numpy() for i in keep}
    return InProcess(lambda: session.run(None, feed)[0])


class Simrun:
    """Ours, in a process of its own."""

    def __init__(self, binary, folder, dtype, candidates, threads, inputs_file):
        self.process = subprocess.Popen(
            [binary, "bench", "--peer"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.pid = self.process.pid
        load = {"policy": str(folder) + "/", "weights": dtype, "candidates": candidates}
        load |= {"threads": threads, "inputs": str(inputs_file)}
        self.about = self.ask({"load": load})["loaded"]

    def ask(self, request):
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"simrun ended with {self.process.wait()}")
        return json.loads(line)

    def run(self, calls):
        return [one * 1e-6 for one in self.ask({"run": calls})["times_us"]]

    def output(self):
        return self.ask({"output": True})["output"]

    def close(self):
        self.process.stdin.close()
        self.process.wait()


MAKERS = {"torch_eager": torch_eager, "torch_compile": torch_compile, "onnxruntime": onnxruntime}


def make_peers(wanted, plan, inputs, threads):
    """The runtimes that are there; None for those that are not."""
    peers = {}
    for name in PEERS:
        peers[name] = None
        if name not in wanted:
            continue
        try:
            peers[name] = MAKERS[name](plan, inputs, threads)
        except Exception as error:  # A peer may fail in any way; that is its figure.
            reason = (str(error).strip() or type(error).__name__).splitlines()[0][:200]
            print(f"{name}: {reason}", file=sys.stderr)
    return peers


# Statistics.


def differences(values, reference):
    """The largest absolute difference, and the norm of the difference over the reference's."""
    if len(values) != len(reference):
        raise ValueError(f"{len(values)} numbers beside {len(reference)}")
    pairs = list(zip(values, reference))
    norm = sum(b * b for b in reference) ** 0.5
    error = sum((a - b) ** 2 for a, b in pairs) ** 0.5
    return max(abs(a - b) for a, b in pairs), error / norm if norm else error


def interleave(runtimes, rounds, slice_seconds, least=3):
    """The seconds of all calls of each runtime, slices alternating."""
    spans = {name: [] for name in runtimes}
    calls = {}
    for name, runtime in runtimes.items():
        runtime.run(2)
        once = statistics.median(runtime.run(3))
        calls[name] = max(least, min(10_000, round(slice_seconds / max(once, 1e-7))))
    names = list(runtimes)
    for turn in range(rounds):
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            # The first call of a slice finds the caches full of another runtime's data.
            runtimes[name].run(1)
            spans[name] += runtimes[name].run(calls[name])
    return spans


@contextlib.contextmanager
def real_time(runtimes):
    """Asks for SCHED_FIFO for all runtimes alike, so that other programs do not show in the
    figures; gives whether it was granted."""
    pids = sorted({0, *(one.pid for one in runtimes.values())})
    try:
        for pid in pids:
            os.sched_setscheduler(pid, os.SCHED_FIFO, os.sched_param(FIFO_PRIORITY))
        granted = True
    except (PermissionError, AttributeError):
        granted = False
    try:
        yield granted
    finally:
        for pid in pids if granted else []:
            os.sched_setscheduler(pid, os.SCHED_OTHER, os.sched_param(0))


def row_of(case, dtype, threads, spans, errors):
    """One row: medians in microseconds, ours against each peer."""

    def median(name):
        return statistics.median(spans[name]) * 1e6 if spans.get(name) else None

    row = {"case": case, "dtype": dtype, "threads": threads}
    row["simrun_us"] = median("simrun-" + dtype)
    for peer in PEERS:
        row[peer + "_us"] = median(peer)
    for peer in PEERS:
        other = row[peer + "_us"]
        row["times_faster_than_" + peer] = other / row["simrun_us"] if other else None
    row["max_abs_diff"], row["relative_error"] = errors
    row["holds"] = agrees(dtype, *errors)
    return row


def agrees(dtype, absolute, relative):
    """Whether a type is as near to PyTorch as it must be; not a number is not."""
    return absolute <= MOST_ABSOLUTE if dtype == "fp32" else relative <= MOST_RELATIVE


def table(rows):
    titles = ["simrun", "eager", "compile", "ONNX RT", "x eager", "x ONNX RT", "max diff", "rel err"]
    lines = ["case".ljust(30) + "dtype".ljust(10) + "".join(one.rjust(11) for one in titles)]
    keys = ["simrun_us", *(peer + "_us" for peer in PEERS)]
    keys += ["times_faster_than_torch_eager", "times_faster_than_onnxruntime"]
    for row in rows:
        cells = ["-" if row[key] is None else f"{row[key]:.1f}" for key in keys]
        cells += [f"{row['max_abs_diff']:.1e}", f"{row['relative_error']:.1e}"]
        line = row["case"].ljust(30) + row["dtype"].ljust(10)
        lines.append(line + "".join(cell.rjust(11) for cell in cells))
    return lines


# Running.


def measure(arguments, folder, candidates):
    """The rows of one policy at one number of candidates."""
    from safetensors.torch import save_file

    case = f"{folder.name}/b{candidates}"
    plan, shape, points = load_plan(folder)
    inputs = make_inputs(plan, shape, points, candidates)
    peers = make_peers(arguments.peers, plan, inputs, arguments.threads)
    runtimes = {name: peer for name, peer in peers.items() if peer}
    reference = torch_eager(plan, inputs, 1).output()
    for name, peer in runtimes.items():
        absolute, _ = differences(peer.output(), reference)
        if not absolute <= MOST_ABSOLUTE:
            raise SystemExit(f"{case}: {name} differs from PyTorch by {absolute:.1e}")
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "inputs.safetensors"
        names = ["cloud", "state", "earlier_features", "noise"]
        kept = {name: one.contiguous() for name, one in zip(names, inputs) if one.numel()}
        save_file(kept, file)
        weights = sum(one.numel() for one in plan.network.parameters())
        threads = arguments.threads if weights >= PARAMETERS_FOR_TWO_THREADS else 1
        for dtype in arguments.dtypes:
            runtimes["simrun-" + dtype] = Simrun(
                arguments.simrun, folder, dtype, candidates, threads, file
            )
    # Other threads would stay behind under the ordinary scheduler.
    alone = arguments.threads == 1 and arguments.realtime
    with real_time(runtimes) if alone else contextlib.nullcontext(False) as granted:
        spans = interleave(runtimes, arguments.rounds, arguments.slice)
    rows = []
    for dtype in arguments.dtypes:
        errors = differences(runtimes["simrun-" + dtype].output(), reference)
        row = row_of(case, dtype, arguments.threads, spans, errors)
        rows.append(row | {"simrun_threads": threads, "realtime": granted})
    for runtime in runtimes.values():
        runtime.close()
    return rows


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--cases", help="policies, or POLICY/bK; all shipped ones by default")
    parser.add_argument("--policy", action="append", default=[], help="another policy's directory")
    parser.add_argument("--rounds", type=int, default=10, help="slices of each runtime")
    parser.add_argument("--slice", type=float, default=0.2, help="seconds of a slice")
    parser.add_argument("--threads", type=int, default=1, choices=[1, 2], help="of every runtime")
    parser.add_argument("--dtypes", default="fp32,bf16,bf16-dot", help="of ours")
    parser.add_argument("--peers", default=",".join(PEERS), help="runtimes to run beside")
    parser.add_argument(
        "--realtime", action=argparse.BooleanOptionalAction, default=True, help="ask for SCHED_FIFO"
    )
    parser.add_argument("--no-compile", action="store_true", help="leave torch.compile out")
    parser.add_argument("--simrun", default=str(ROOT / ".build/release/simrun"), help="the program")
    arguments = parser.parse_args()
    if not 1 <= arguments.rounds <= 1000 or not 0 < arguments.slice <= 60:
        parser.error("--rounds must be from 1 to 1000, --slice over 0 and up to 60 s")
    arguments.dtypes = arguments.dtypes.split(",")
    if not set(arguments.dtypes) <= set(DTYPES):
        parser.error("--dtypes takes " + ", ".join(DTYPES))
    arguments.peers = [one for one in arguments.peers.split(",") if one]
    if not set(arguments.peers) <= set(PEERS):
        parser.error("--peers takes " + ", ".join(PEERS))
    if arguments.no_compile and "torch_compile" in arguments.peers:
        arguments.peers.remove("torch_compile")
    folders = [Path(one).resolve() for one in arguments.policy]
    if not folders:
        folders = sorted(one.parent for one in (ROOT / "assets/policies").glob("*/policy.json"))
    for folder in folders:
        if not (folder / "policy.json").is_file():
            parser.error(f"{folder} holds no policy.json")
    known = {f"{one.name}/b{count}": (one, count) for one in folders for count in CANDIDATES}
    arguments.chosen = list(known.values())
    if arguments.cases:
        arguments.chosen = []
        for name in arguments.cases.split(","):
            found = [known[one] for one in known if name in (one, one.rsplit("/", 1)[0])]
            if not found:
                parser.error(f"no case {name}; there are {', '.join(known)}")
            arguments.chosen += found
    if not os.access(arguments.simrun, os.X_OK):
        parser.error(f"{arguments.simrun} is not there: swift build -c release --product simrun")
    return arguments


def main():
    arguments = parse()
    try:
        import torch
    except ImportError:
        sys.exit("benchmarks/peers.py needs training/requirements.txt")
    torch.set_num_threads(arguments.threads)
    rows = []
    for folder, candidates in arguments.chosen:
        print(f"{folder.name}/b{candidates}", file=sys.stderr)
        torch._dynamo.reset()
        rows += measure(arguments, folder, candidates)
    failed = [row for row in rows if not row["holds"]]
    if arguments.json:
        versions = {"python": sys.version.split()[0], "torch": torch.__version__}
        load = os.getloadavg()[0]
        print(json.dumps({"rows": rows, "versions": versions, "load": load}))
    else:
        print("\n".join(table(rows)))
    for row in failed:
        print(
            f"{row['case']} {row['dtype']}: differs by {row['max_abs_diff']:.1e},"
            f" relative {row['relative_error']:.1e}",
            file=sys.stderr,
        )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
