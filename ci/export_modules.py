#!/usr/bin/env python3
"""Compiles and scripts attention modules for attngate's compiled_* and python_mha_* paths."""

import argparse
import contextlib
import hashlib
import importlib
import importlib.util
import multiprocessing
import os
import pathlib
import runpy
import sys
import tempfile
import time
import warnings

NAME = "export_modules"
SKIPPED = 77  # CTest's code for a test that could not run

# (num_heads, head_dim). 4 x 32: the usual case, head_dim a multiple of every vector width. 3 x 20: no multiple of 8,
# where fused kernels on CUDA turn away and vector loops on the CPU have a tail; and odd, which nn.MultiheadAttention's
# fast path does not take.
HEAD_SHAPES = ((4, 32), (3, 20))
DTYPES = ("fp16", "bf16", "fp32")
UNMASKED = "_unmasked"
# What a compilation imports sooner or later. It is imported once, before the processes that compile fork: where torch
# has no .pyc files, torch and torch._inductor alone cost each process 12 s. Names that a torch lacks are passed over.
SHARED_IMPORTS = (
    "torch.export._trace", "torch._inductor.compile_fx", "torch._inductor.package", "torch._inductor.choices",
    "torch._inductor.fx_passes.quantization", "torch._inductor.fx_passes.fuse_attention",
    "torch._inductor.codegen.cuda_combined_scheduling", "torch._inductor.codegen.cpp_wrapper_gpu",
    "torch.utils.cpp_extension", "torchgen.aoti.fallback_ops")
MODULES = ("nn_mha", "composite_sdpa", "nn_mha" + UNMASKED, "composite_sdpa" + UNMASKED)

DESCRIPTION = f"""\
Exports two modules with torch.export, for any batch size and padded length, with the parameters as inputs, each with a
key padding mask and without one, and compiles them with AOTInductor into
FOLDER/<torch version>/<module>.<device>.<dtype>.h<heads>.d<head_dim>.pt2:

  nn_mha          what nn.MultiheadAttention's slow path computes without weights
  composite_sdpa  linear, scaled_dot_product_attention, linear
  ..._unmasked    the same where nothing is hidden: a mask keeps SDPA from its fastest kernels

Beside them, FOLDER/<torch version>/python_mha.h<heads>.d<head_dim>.pt is nn.MultiheadAttention itself, by
torch.jit.script.

What an earlier run of this very script left there is kept. Needs the torch that attngate's LibTorch came from, and a
C++ compiler. By default (heads x head_dim): {", ".join(f"{heads}x{head_dim}" for heads, head_dim in HEAD_SHAPES)}.
"""


def head_shape(text):
    """'4x32' as (4, 32)."""
    heads, separator, head_dim = text.partition("x")
    if not (separator and heads.isdigit() and head_dim.isdigit() and int(heads) and int(head_dim)):
        raise argparse.ArgumentTypeError(f"'{text}' is not HEADSxHEAD_DIM, such as 4x32")
    return int(heads), int(head_dim)


def dtype_and_shape(text):
    """'fp32:4x32' as ("fp32", (4, 32))."""
    dtype, _, shape = text.partition(":")
    if dtype not in DTYPES:
        raise argparse.ArgumentTypeError(f"'{text}' is not DTYPE:HEADSxHEAD_DIM, such as fp32:4x32")
    return dtype, head_shape(shape)


def positive(text):
    """'4' as 4."""
    if not (text.isdigit() and int(text)):
        raise argparse.ArgumentTypeError(f"'{text}' is not a number of 1 or more")
    return int(text)


def arguments():
    parser = argparse.ArgumentParser(
        prog=NAME, description=DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Exit codes: 0 all there, 1 a module could not be made, 2 wrong usage, 77 no torch or no CUDA device.")
    parser.add_argument("--folder", required=True, type=pathlib.Path,
                        help="folder for the modules; made where it is missing")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu", help="device to compile for (default: cpu)")
    parser.add_argument("--dtypes", nargs="+", choices=DTYPES, default=DTYPES, help="dtypes (default: all three)")
    parser.add_argument("--shapes", nargs="+", type=head_shape, default=HEAD_SHAPES, metavar="HxD",
                        help="num_heads x head_dim, such as 4x32 8x64")
    parser.add_argument("--only", nargs="+", type=dtype_and_shape, metavar="DTYPE:HxD",
                        help="these pairs, such as fp32:4x32 fp16:3x20, in place of each dtype in each shape")
    parser.add_argument("--jobs", type=positive, default=max(1, len(os.sched_getaffinity(0)) // 2), metavar="N",
                        help="modules made at once (default: half the cores, as other tests run beside it)")
    parser.add_argument("--reuse-only", action="store_true", help="make nothing: end with 1 where a module is missing")
    return parser.parse_args()


def say(text):
    print(f"{NAME}: {text}", flush=True)


def end(code, text):
    print(f"{NAME}: {text}", file=sys.stderr, flush=True)
    sys.exit(code)


def environment_of_torch(device):
    """What torch reads from the environment as it is imported."""
    settings = {
        # Asks NVML: a process that has asked CUDA itself can fork none that uses it.
        "PYTORCH_NVML_BASED_CUDA_CHECK": "1",
        # Many modules are made at once: a pool of compilers for each of them would load torch once more for each core.
        "TORCHINDUCTOR_COMPILE_THREADS": "1",
    }
    if device == "cuda":
        # No code for the CPU is compiled. Else each process tries the CPU's vector extensions, up to ten, each in a
        # Python of its own with torch: 60 s.
        settings["TORCHINDUCTOR_VEC_ISA_OK"] = "0"
    return settings


def version_of_torch():
    """torch's version and its CUDA's, without importing it; ends where there is none."""
    torch = importlib.util.find_spec("torch")
    if torch is None:
        end(SKIPPED, f"skipped: {sys.executable} has no torch; use the Python that LibTorch came from")
    versions = runpy.run_path(os.path.join(torch.submodule_search_locations[0], "version.py"))
    return versions["__version__"], versions["cuda"]


def torch_or_skip(device):
    """Imports torch, or ends with the reason."""
    warnings.filterwarnings("ignore")  # torch's own: no NumPy, no CUDA runtime
    for name, value in environment_of_torch(device).items():
        os.environ.setdefault(name, value)
    try:
        import torch
        import torch._inductor
    except (ImportError, OSError) as error:
        end(2, f"{sys.executable} cannot load torch: {error}")
    if device == "cuda" and not torch.cuda.is_available():
        end(SKIPPED, "skipped: torch sees no CUDA device")
    return torch


def module_of(torch, name, num_heads):
    """The module to export: forward(input, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias[, padding])."""
    functional = torch.nn.functional

    class NnMha(torch.nn.Module):
        def forward(self, x, in_weight, in_bias, out_weight, out_bias, key_padding_mask=None):
            rows = x.transpose(0, 1)  # the module does the same for batch_first=True
            output, _ = functional.multi_head_attention_forward(
                rows, rows, rows, x.size(-1), num_heads, in_weight, in_bias, None, None, False, 0.0, out_weight,
                out_bias, training=False, key_padding_mask=key_padding_mask, need_weights=False)
            return output.transpose(0, 1)

    class CompositeSdpa(torch.nn.Module):
        def forward(self, x, in_weight, in_bias, out_weight, out_bias, key_padding_mask=None):
            batch, seqlen, embed_dim = x.shape
            query, key, value = (
                part.view(batch, seqlen, num_heads, embed_dim // num_heads).transpose(1, 2)
                for part in functional.linear(x, in_weight, in_bias).chunk(3, -1))
            visible = None if key_padding_mask is None else key_padding_mask.logical_not()[:, None, None, :]
            attention = functional.scaled_dot_product_attention(query, key, value, attn_mask=visible)
            return functional.linear(attention.transpose(1, 2).reshape(batch, seqlen, embed_dim), out_weight, out_bias)

    return {"nn_mha": NnMha, "composite_sdpa": CompositeSdpa}[name.removesuffix(UNMASKED)]()


def example_inputs(torch, name, dtype, device, embed_dim):
    """Inputs of one shape; sizes above 1 that differ from each other, so that none is taken for a constant."""
    batch, seqlen = 3, 5
    shapes = ((batch, seqlen, embed_dim),
              (3 * embed_dim, embed_dim), (3 * embed_dim,), (embed_dim, embed_dim), (embed_dim,))
    numbers = tuple(torch.zeros(shape, dtype=dtype, device=device) for shape in shapes)
    if name.endswith(UNMASKED):
        return numbers
    return numbers + (torch.zeros((batch, seqlen), dtype=torch.bool, device=device),)


def compile_module(torch, name, dtype, device, num_heads, head_dim, file):
    """Writes the package in one step: an interrupted run leaves no half of one."""
    inputs = example_inputs(torch, name, dtype, device, num_heads * head_dim)
    any_size = {0: torch.export.Dim.DYNAMIC, 1: torch.export.Dim.DYNAMIC}
    # The wrapper only calls: not worth optimising. Kernels on CUDA inside the library, because attngate removes what
    # the loader unpacks; on the CPU as many threads as the process has, and not as many as this machine.
    options = {"aot_inductor.compile_wrapper_opt_level": "O0"}
    options |= {"aot_inductor.embed_kernel_binary": True} if device == "cuda" else {"cpp.dynamic_threads": True}
    # Nothing is chosen by timing it: two makings on one H100 differed by up to 13 % in the speed of what they made.
    options |= {"deterministic": True, "triton.autotune_pointwise": False}
    # SDPA's backend is settled here for every shape to come, and cuDNN does not take a length of 1.
    torch.backends.cuda.enable_cudnn_sdp(False)
    with torch.no_grad():
        program = torch.export.export(
            module_of(torch, name, num_heads).eval(), inputs,
            dynamic_shapes=(any_size, None, None, None, None, any_size)[:len(inputs)])
        with tempfile.TemporaryDirectory(dir=file.parent) as unfinished:
            package = torch._inductor.aoti_compile_and_package(
                program, package_path=os.path.join(unfinished, file.name), inductor_configs=options)
            os.replace(package, file)


def script_module(torch, num_heads, head_dim, file):
    """Writes nn.MultiheadAttention in inference mode; whoever loads it chooses dtype, device and parameters."""
    module = torch.nn.MultiheadAttention(num_heads * head_dim, num_heads, batch_first=True).eval().requires_grad_(False)
    with tempfile.TemporaryDirectory(dir=file.parent) as unfinished:
        scripted = os.path.join(unfinished, file.name)
        torch.jit.script(module).save(scripted)
        os.replace(scripted, file)


def wanted(options, place):
    """What shall be there: pairs of a file and the arguments of make()."""
    pairs = options.only or [(dtype, shape) for shape in options.shapes for dtype in options.dtypes]
    for shape in dict.fromkeys(shape for _, shape in pairs):
        yield place / "python_mha.h{}.d{}.pt".format(*shape), ("python_mha", None, options.device, shape)
    for dtype, (num_heads, head_dim) in pairs:
        for name in MODULES:
            file = place / f"{name}.{options.device}.{dtype}.h{num_heads}.d{head_dim}.pt2"
            yield file, (name, dtype, options.device, (num_heads, head_dim))


def make(job):
    """Makes one file, in a process of its own; returns its seconds, and why it could not be made or None."""
    file, (name, dtype, device, shape) = job
    torch = torch_or_skip(device)
    start = time.monotonic()
    try:
        if dtype is None:
            script_module(torch, *shape, file)
        else:
            torch_dtype = {"fp16": torch.float16, "bf16": torch.bfloat16, "fp32": torch.float32}[dtype]
            compile_module(torch, name, torch_dtype, device, *shape, file)
    except Exception as error:  # whatever torch raises: one line of it, and no half result
        reason = (str(error).strip() or "no reason given").splitlines()[0]
        return file, 0, f"{type(error).__name__}: {reason}"
    return file, time.monotonic() - start, None


def forks_can_use_cuda(torch):
    """Whether this process has left CUDA alone so far; asks a fork, as only there torch knows."""
    child = os.fork()
    if child == 0:
        os._exit(getattr(torch._C, "_cuda_isInBadFork", bool)())
    return os.waitpid(child, 0)[1] == 0


def start_method(torch):
    """How multiprocessing shall start the processes that compile."""
    for name in SHARED_IMPORTS:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    return "fork" if forks_can_use_cuda(torch) else "spawn"


@contextlib.contextmanager
def inductor_files():
    """Keeps what inductor writes, 240 MB of precompiled headers among it, in a folder that goes with this run."""
    with tempfile.TemporaryDirectory() as scratch:
        os.environ["TORCHINDUCTOR_CACHE_DIR"] = os.path.join(scratch, "cache")
        os.environ["TMPDIR"] = tempfile.tempdir = scratch
        yield


def make_all(torch, missing, options):
    """Makes the files, several at once; ends with 1 at the first that cannot be made."""
    with inductor_files():
        processes = multiprocessing.get_context(start_method(torch))
        with processes.Pool(min(options.jobs, len(missing))) as pool:
            for file, seconds, problem in pool.imap_unordered(make, missing):
                if problem:
                    end(1, f"{file.name} could not be made: {problem}")
                say(f"{file.name} made in {seconds:.1f} s")


def made_by_this_script(cuda):
    """What the file `made_by` says where this state of the script made the modules, for this CUDA."""
    return f"{hashlib.sha256(pathlib.Path(__file__).read_bytes()).hexdigest()} CUDA {cuda}\n"


def empty_for(made_by, place):
    """Makes the folder, without what another state of this script left there."""
    try:
        place.mkdir(parents=True, exist_ok=True)
        for old in place.glob("*.pt*"):
            old.unlink()
        (place / "made_by").write_text(made_by)
    except OSError as error:
        end(2, f"{place} cannot be written to: {error.strerror}")


def main():
    options = arguments()
    version, cuda = version_of_torch()
    place = options.folder / version.split("+")[0]
    made_by = made_by_this_script(cuda)
    stamp = place / "made_by"
    current = stamp.exists() and stamp.read_text() == made_by
    files = list(wanted(options, place))
    missing = [(file, job) for file, job in files if not (current and file.exists())]
    if missing:  # else torch, seconds to import, is not needed
        torch = torch_or_skip(options.device)
        if options.reuse_only:
            what = f"{missing[0][0]} is missing" if current else f"{place} holds nothing of this state of the script"
            end(1, f"{what}, and --reuse-only makes nothing")
        if not current:
            empty_for(made_by, place)
        make_all(torch, missing, options)
    say(f"{len(missing)} modules compiled or scripted, {len(files) - len(missing)} reused in {place}")


if __name__ == "__main__":
    main()
