"""Writes families.json: what llama.cpp makes of a tiny network of each family, whose weights the
test makes again from the same formula.

    pip install llama-cpp-python gguf sentencepiece tokenizers numpy
    python tests/golden/llm/make.py
"""

import io
import json
import tempfile
from pathlib import Path

import gguf
import numpy as np
import sentencepiece
from llama_cpp import Llama
from tokenizers import Regex, Tokenizer, models, pre_tokenizers, trainers

HERE = Path(__file__).parent
CORPUS = (HERE / "corpus.txt").read_text(encoding="utf-8").splitlines()
PROMPTS = [
    "주조품의 기공 불량을 설명하세요.",
    "Check the degassing unit, 2x per 1,250 h (±5℃).",
    "<|user|>원인은?<|end|>\n\n  <|user|>  조치  두 가지:\n1) 탈기\n2) 금형 온도 700 ℃<|end|>",
    "가스가\t배출되지 않음 — don't WAIT 😀 café Äß ｆｕｌｌ",
]
NEW_TOKENS = 12
VOCABULARY = 512


def noise(name, shape):
    """Numbers from -0.5 to 0.5: splitmix64 of the FNV-1a hash of the name and the place."""
    state = 0xCBF29CE484222325
    for byte in name.encode():
        state = ((state ^ byte) * 0x100000001B3) % 2**64
    with np.errstate(over="ignore"):
        x = np.uint64(state) + (np.arange(1, np.prod(shape) + 1, dtype=np.uint64)) * np.uint64(0x9E3779B97F4A7C15)
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        x = x ^ (x >> np.uint64(31))
    return ((x >> np.uint64(40)).astype(np.float32) / np.float32(2**24) - np.float32(0.5)).reshape(shape)


def weight(name, shape):
    values = noise(name, shape)
    if name.endswith("norm.weight"):
        return np.float32(1) + values
    if name == "rope_freqs.weight":
        return np.float32(2) + values
    return values * np.float32(4 / np.sqrt(shape[-1]))


def sentence_piece():
    """A SentencePiece vocabulary with control tokens of its own, as Llama 2 and Gemma have it."""
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(CORPUS), model_writer=model, model_type="bpe", vocab_size=VOCABULARY,
        byte_fallback=True, normalization_rule_name="identity", split_digits=True,
        control_symbols=["<|user|>", "<|end|>"], user_defined_symbols=["\n\n"],
        remove_extra_whitespaces=False, pad_id=-1, minloglevel=2, num_threads=1,
    )
    pieces = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
    ids = range(pieces.get_piece_size())
    kind = lambda i: (2 if pieces.is_unknown(i) else 6 if pieces.is_byte(i) else 4 if pieces.id_to_piece(i) == "\n\n"
                      else 3 if pieces.is_control(i) else 1)
    return {
        "tokenizer.ggml.model": "llama",
        "tokenizer.ggml.tokens": [pieces.id_to_piece(i) for i in ids],
        "tokenizer.ggml.scores": [pieces.get_score(i) for i in ids],
        "tokenizer.ggml.token_type": [kind(i) for i in ids],
        "tokenizer.ggml.unknown_token_id": pieces.unk_id(),
        "tokenizer.ggml.bos_token_id": pieces.bos_id(),
        "tokenizer.ggml.eos_token_id": pieces.eos_id(),
    }


def byte_level(pre, pattern):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(pattern), "isolated"), pre_tokenizers.ByteLevel(False, use_regex=False)])
    trainer = trainers.BpeTrainer(vocab_size=VOCABULARY - 4, show_progress=False,
                                  initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()))
    tokenizer.train_from_iterator(CORPUS, trainer)
    state = json.loads(tokenizer.to_str())["model"]
    tokens = sorted(state["vocab"], key=state["vocab"].get) + ["<s>", "</s>", "<|user|>", "<|end|>"]
    merges = [m if isinstance(m, str) else " ".join(m) for m in state["merges"]]
    return {
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": pre,
        "tokenizer.ggml.tokens": tokens,
        "tokenizer.ggml.token_type": [1] * (len(tokens) - 4) + [3] * 4,
        "tokenizer.ggml.merges": merges,
        "tokenizer.ggml.bos_token_id": len(tokens) - 4,
        "tokenizer.ggml.eos_token_id": len(tokens) - 3,
    }


LETTERS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
SIZES = {"block_count": 3, "context_length": 256, "embedding_length": 64, "feed_forward_length": 96,
         "attention.head_count": 4, "attention.head_count_kv": 2, "attention.layer_norm_rms_epsilon": 1e-5}
FAMILIES = {
    # Llama 2 and Mistral 7B.
    "llama-sentence-piece": ("llama", {**SIZES, "rope.freq_base": 1000000.0, "rope.dimension_count": 16},
                             sentence_piece(), []),
    # Llama 3 with its stretched positions, tied embedding.
    "llama-byte-level": ("llama", {**SIZES, "rope.freq_base": 500000.0, "rope.dimension_count": 16},
                         byte_level("llama-bpe", LETTERS), ["rope_freqs", "tied"]),
    # Mistral Nemo: heads wider than the hidden size would make them.
    "llama-tekken": ("llama", {**SIZES, "attention.key_length": 32, "attention.value_length": 32,
                               "rope.freq_base": 1000000.0, "rope.dimension_count": 32},
                     byte_level("tekken", LETTERS), []),
    "qwen2": ("qwen2", {**SIZES, "rope.freq_base": 1000000.0}, byte_level("qwen2", LETTERS), ["biases", "tied"]),
    "qwen3": ("qwen3", {**SIZES, "attention.key_length": 32, "attention.value_length": 32, "rope.freq_base": 1000000.0},
              byte_level("qwen2", LETTERS), ["head_norms"]),
    # A window shorter than the prompts, seven layers: five near, one far, one near.
    "gemma3": ("gemma3", {**SIZES, "block_count": 7, "attention.key_length": 32, "attention.value_length": 32,
                          "rope.freq_base": 1000000.0, "rope.scaling.type": "linear", "rope.scaling.factor": 8.0,
                          "attention.sliding_window": 12},
               {**sentence_piece(), "tokenizer.ggml.add_space_prefix": False}, ["head_norms", "post_norms", "tied"]),
}


def tensors(sizes, extras, vocabulary):
    hidden, inner = sizes["embedding_length"], sizes["feed_forward_length"]
    heads, kv_heads = sizes["attention.head_count"], sizes["attention.head_count_kv"]
    width = sizes.get("attention.key_length", hidden // heads)
    shapes = {"token_embd.weight": [vocabulary, hidden], "output_norm.weight": [hidden]}
    if "tied" not in extras:
        shapes["output.weight"] = [vocabulary, hidden]
    if "rope_freqs" in extras:
        shapes["rope_freqs.weight"] = [width // 2]
    for block in range(sizes["block_count"]):
        parts = {"attn_norm.weight": [hidden], "attn_q.weight": [heads * width, hidden],
                 "attn_k.weight": [kv_heads * width, hidden], "attn_v.weight": [kv_heads * width, hidden],
                 "attn_output.weight": [hidden, heads * width], "ffn_norm.weight": [hidden],
                 "ffn_gate.weight": [inner, hidden], "ffn_up.weight": [inner, hidden], "ffn_down.weight": [hidden, inner]}
        if "biases" in extras:
            parts |= {"attn_q.bias": [heads * width], "attn_k.bias": [kv_heads * width], "attn_v.bias": [kv_heads * width]}
        if "head_norms" in extras:
            parts |= {"attn_q_norm.weight": [width], "attn_k_norm.weight": [width]}
        if "post_norms" in extras:
            parts |= {"post_attention_norm.weight": [hidden], "post_ffw_norm.weight": [hidden]}
        shapes |= {f"blk.{block}.{name}": shape for name, shape in parts.items()}
    return shapes


def write(path, architecture, metadata, shapes):
    writer = gguf.GGUFWriter(path, architecture)
    for key, value in metadata.items():
        add = {str: writer.add_string, float: writer.add_float32, int: writer.add_uint32, bool: writer.add_bool,
               list: writer.add_array}[type(value)]
        add(key, value)
    for name, shape in shapes.items():
        writer.add_tensor(name, weight(name, shape))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


families = []
for name, (architecture, sizes, tokenizer, extras) in FAMILIES.items():
    metadata = {f"{architecture}.{key}": value for key, value in sizes.items()} | tokenizer
    shapes = tensors(sizes, extras, len(tokenizer["tokenizer.ggml.tokens"]))
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/tiny.gguf"
        write(path, architecture, metadata, shapes)
        # Keys and values in f32, so that what is left is the order of sums.
        model = Llama(path, n_ctx=256, n_threads=1, logits_all=True, type_k=0, type_v=0, flash_attn=False,
                      swa_full=True, verbose=False)
        prompts = []
        for text in PROMPTS:
            ids = model.tokenize(text.encode(), add_bos=True, special=True)
            model.reset()
            model.eval(ids)
            logits = np.array(model.scores[len(ids) - 1])
            greedy, margins = [], []
            for _ in range(NEW_TOKENS):
                last = np.sort(model.scores[model.n_tokens - 1])
                greedy.append(int(np.argmax(model.scores[model.n_tokens - 1])))
                margins.append(float(last[-1] - last[-2]))
                model.eval([greedy[-1]])
            print(name, len(ids), "tokens, smallest margin", min(margins))
            prompts.append({"text": text, "ids": ids, "logits": [round(float(x), 5) for x in logits[:24]], "greedy": greedy})
    families.append({"name": name, "architecture": architecture, "metadata": metadata, "shapes": shapes, "prompts": prompts})
(HERE / "families.json").write_text(json.dumps({"families": families}, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
