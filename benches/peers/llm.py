"""llama.cpp (through llama-cpp-python) at what `benches/llm.rs` measures: reading a prompt and
writing an answer, from the same file.

    pip install llama-cpp-python
    python benches/peers/llm.py MODEL.gguf [THREADS]
"""

import statistics
import sys
import time

from llama_cpp import Llama

PROMPT_TOKENS, NEW_TOKENS, RUNS = 400, 32, 5

path, threads = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 2
model = Llama(path, n_ctx=1024, n_batch=512, n_threads=threads, n_threads_batch=threads, verbose=False)
text = "주조품의 기공 불량: 용탕 내 가스가 배출되지 않음. Check the degassing unit. " * 40
tokens = model.tokenize(text.encode(), add_bos=False)[:PROMPT_TOKENS]
assert len(tokens) == PROMPT_TOKENS
prefill, decode = [], []
for _ in range(RUNS):
    model.reset()
    model._ctx.kv_cache_clear()
    start = time.perf_counter()
    model.eval(tokens)
    prefill.append(time.perf_counter() - start)
    start = time.perf_counter()
    for _ in range(NEW_TOKENS):
        token = model.sample(temp=0.0)
        model.eval([token])
    decode.append(time.perf_counter() - start)
print(f"llama.cpp prefill {PROMPT_TOKENS} tokens: {statistics.median(prefill) * 1e3:.0f} ms "
      f"({PROMPT_TOKENS / statistics.median(prefill):.0f} tokens/s), "
      f"decode {NEW_TOKENS / statistics.median(decode):.1f} tokens/s")
