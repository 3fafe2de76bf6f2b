"""A state goes from step to step of a sequence."""
import torch
from generate import case, normal, uniform
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

GATES = {"rnn": 1, "lstm": 4, "gru": 3}


def named(layers, directions, bias):
    """The names of PyTorch's parameters, in the order in which a case has them."""
    kinds = ["weight_ih", "weight_hh"] + (["bias_ih", "bias_hh"] if bias else [])
    return [f"{kind}_l{layer}{end}" for layer in range(layers) for end in ["", "_reverse"][:directions] for kind in kinds]


def run(name, module, x, *rest, layers=1, bidirectional=False, batch_first=False, bias=True, lengths=None, start=True, relu=False):
    rest, states = list(rest), 2 if name == "lstm" else 1
    state = tuple(rest.pop(0) for _ in range(states)) if start else None
    if state is not None and states == 1:
        state = state[0]
    parameters = dict(zip(named(layers, 2 if bidirectional else 1, bias), rest))
    if lengths is not None:
        steps = x.shape[1 if batch_first else 0]
        x = pack_padded_sequence(x, torch.tensor(lengths), batch_first=batch_first, enforce_sorted=False)
    y, end = torch.func.functional_call(module, parameters, (x, state))
    if lengths is not None:
        y = pad_packed_sequence(y, batch_first=batch_first, total_length=steps)[0]
    return [y, *(end if states == 2 else [end])]


def sequence(name, shape, width, **options):
    layers, bias = options.get("layers", 1), options.get("bias", True)
    directions = 2 if options.get("bidirectional") else 1
    kind = {"rnn": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}[name]
    more = {"nonlinearity": "relu"} if options.get("relu") else {}
    more |= {"batch_first": options.get("batch_first", False), "bidirectional": directions == 2}
    module = kind(shape[-1], width, num_layers=layers, bias=bias, **more)
    rows = shape[0 if options.get("batch_first") else 1]
    start = [layers * directions, rows, width] if len(shape) == 3 else [layers * directions, width]
    inputs = [normal(*start)] * (2 if name == "lstm" else 1) if options.get("start", True) else []
    for layer in range(layers):
        into = shape[-1] if layer == 0 else directions * width
        for _ in range(directions):
            inputs += [uniform(-1, 1, GATES[name] * width, into), uniform(-1, 1, GATES[name] * width, width)]
            inputs += [uniform(-1, 1, GATES[name] * width)] * 2 if bias else []
    # Some forms of PyTorch's have no second derivative.
    case(name, lambda x, *rest, **o: run(name, module, x, *rest, **o), normal(*shape), *inputs, **options)


for name in GATES:
    sequence(name, (4, 3, 2), 3)
    sequence(name, (3, 2, 2), 1, start=False)
    sequence(name, (3, 4, 2), 2, batch_first=True, bias=False)
    sequence(name, (5, 2), 2)
    sequence(name, (3, 2, 2), 3, layers=2)
    sequence(name, (3, 2, 2), 2, bidirectional=True)
    sequence(name, (2, 3, 2), 2, layers=3, bidirectional=True, batch_first=True)
    sequence(name, (5, 3, 2), 2, lengths=[2, 5, 1])
    sequence(name, (3, 4, 2), 2, bidirectional=True, batch_first=True, layers=2, lengths=[1, 4, 3])
    sequence(name, (1, 1, 1), 1)
sequence("rnn", (4, 2, 3), 2, relu=True)
sequence("rnn", (3, 2, 2), 2, relu=True, bidirectional=True, layers=2, lengths=[3, 2])


def cell(name, shape, width, bias=True, start=True, relu=False):
    kind = {"rnn": torch.nn.RNNCell, "lstm": torch.nn.LSTMCell, "gru": torch.nn.GRUCell}[name]
    more = {"nonlinearity": "relu"} if relu else {}
    module = kind(shape[-1], width, bias, **more)

    def call(x, *rest, bias, start, relu):
        rest, states = list(rest), 2 if name == "lstm" else 1
        state = tuple(rest.pop(0) for _ in range(states)) if start else None
        if state is not None and states == 1:
            state = state[0]
        parameters = dict(zip(["weight_ih", "weight_hh", "bias_ih", "bias_hh"], rest))
        out = torch.func.functional_call(module, parameters, (x, state))
        return list(out) if states == 2 else out

    inputs = [normal(*shape[:-1], width)] * (2 if name == "lstm" else 1) if start else []
    inputs += [uniform(-1, 1, GATES[name] * width, shape[-1]), uniform(-1, 1, GATES[name] * width, width)]
    inputs += [uniform(-1, 1, GATES[name] * width)] * 2 if bias else []
    case(f"{name}_cell", call, normal(*shape), *inputs, bias=bias, start=start, relu=relu)


for name in GATES:
    for shape, width, options in [((3, 2), 3, {}), ((4,), 2, {}), ((2, 3), 1, {"bias": False}), ((3, 1), 2, {"start": False}), ((1, 1), 1, {})]:
        cell(name, shape, width, **options)
cell("rnn", (3, 2), 4, relu=True)
