"""Makes qwen3_vl_tiny/: a tiny seeded Qwen3-VL and what transformers makes of two pictures.

It is fitted for a minute to one thing, so that its answer ends, is text, and depends on what it
sees: it says whether the pictures are bright or dark.

    pip install torch torchvision transformers tokenizers safetensors && python qwen3_vl_tiny.py

The folder is laid out as a checkpoint of the hub (Qwen/Qwen3-VL-2B-Instruct), its weights in
bf16 as there; transformers computes with them in f32. All norms and biases are drawn, so that none
of them is 1 or 0. `golden.safetensors` has the pictures, what the processor makes of them,
what the vision tower makes of that, and the answer.
"""

import json
from pathlib import Path

import torch
from safetensors.torch import save_file
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (
    PreTrainedTokenizerFast,
    Qwen2VLImageProcessor,
    Qwen3VLConfig,
    Qwen3VLForConditionalGeneration,
)

HERE = Path(__file__).with_name("qwen3_vl_tiny")
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|vision_end|>"]
SPECIAL += ["<|image_pad|>", "<|video_pad|>"]
# The constructs of Qwen3-VL's template that a conversation without tools meets.
TEMPLATE = """{%- if messages[0].role == 'system' %}
    {{- '<|im_start|>system\\n' }}
    {%- if messages[0].content is string %}
        {{- messages[0].content }}
    {%- else %}
        {%- for content in messages[0].content %}
            {%- if 'text' in content %}{{- content.text }}{%- endif %}
        {%- endfor %}
    {%- endif %}
    {{- '<|im_end|>\\n' }}
{%- endif %}
{%- set image_count = namespace(value=0) %}
{%- for message in messages %}
    {%- if message.role == "user" %}
        {{- '<|im_start|>' + message.role + '\\n' }}
        {%- if message.content is string %}
            {{- message.content }}
        {%- else %}
            {%- for content in message.content %}
                {%- if content.type == 'image' or 'image' in content or 'image_url' in content %}
                    {%- set image_count.value = image_count.value + 1 %}
                    {%- if add_vision_id %}Picture {{ image_count.value }}: {% endif -%}
                    <|vision_start|><|image_pad|><|vision_end|>
                {%- elif 'text' in content %}
                    {{- content.text }}
                {%- endif %}
            {%- endfor %}
        {%- endif %}
        {{- '<|im_end|>\\n' }}
    {%- elif message.role == "assistant" %}
        {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
{%- endif %}
"""
SYSTEM, QUESTION = "본 것만.", "이 부품은?"
ANSWERS = ["어두운 부품이 보입니다.", "밝은 부품이 보입니다."]
STEPS, BATCH = 300, 4


def tokenizer(special=SPECIAL):
    """Byte-level BPE as Qwen's: 256 bytes, two dozen merges, the control tokens."""
    bpe = Tokenizer(models.BPE())
    split = Regex(r"[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s+")
    bpe.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(split, "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ])
    bpe.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=300, initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()), show_progress=False
    )
    bpe.train_from_iterator(["system user assistant", SYSTEM, QUESTION, *ANSWERS], trainer)
    bpe.add_special_tokens([AddedToken(text, special=True, normalized=False) for text in special])
    return bpe


def picture(height, width, bright, seed):
    """A slope with noise: something that resizing changes."""
    generator = torch.Generator().manual_seed(seed)
    rows, columns = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    across = torch.stack([rows / height, columns / width, 1 - (rows / height + columns / width) / 2])
    noise = torch.randint(-20, 21, (3, height, width), generator=generator)
    return (across * 90 + (140 if bright else 20) + noise).clamp(0, 255).to(torch.uint8)


def fitted(model, words, processor, ids):
    """Teaches `model` its answer, whatever the text is, for one to three pictures."""
    steps = torch.optim.Adam(model.parameters(), lr=4e-3)
    slower = torch.optim.lr_scheduler.CosineAnnealingLR(steps, STEPS)
    draw = lambda low, high: int(torch.randint(low, high, ()))
    plain = min(ids.values())
    token = lambda text: words.encode(text, add_special_tokens=False).ids
    for step in range(STEPS):
        count, text = draw(1, 4), draw(3, 60 if step % 10 else 400)
        sizes = [(draw(8, 60), draw(8, 60)) for _ in range(count)]
        rows, pictures, targets = [], [], []
        for n in range(BATCH):
            bright = n % 2
            shown = [picture(*size, bright, draw(0, 1 << 30)) for size in sizes]
            made = processor(shown, return_tensors="pt")
            pictures.append(made)
            row = token("<|im_start|>system\n") + torch.randint(0, plain, (draw(2, 9),)).tolist()
            row = row[: 6 + text % 5] + token("<|im_end|>\n<|im_start|>user\n")
            for grid in made["image_grid_thw"]:
                pads = [ids["<|image_pad|>"]] * int(grid.prod() // 4)
                row += [ids["<|vision_start|>"], *pads, ids["<|vision_end|>"]]
            row += torch.randint(0, plain, (text,)).tolist()
            row += token("<|im_end|>\n<|im_start|>assistant\n")
            answer = token(ANSWERS[bright]) + [ids["<|im_end|>"]]
            rows.append(row + answer)
            targets.append([-100] * len(row) + answer)
        longest = max(map(len, rows))
        # What follows the answer is not looked at.
        fill = lambda row, value: row + [value] * (longest - len(row))
        input_ids = torch.tensor([fill(row, plain) for row in rows])
        loss = model(
            input_ids=input_ids,
            mm_token_type_ids=(input_ids == ids["<|image_pad|>"]).int(),
            pixel_values=torch.cat([made["pixel_values"] for made in pictures]),
            image_grid_thw=torch.cat([made["image_grid_thw"] for made in pictures]),
            labels=torch.tensor([fill(row, -100) for row in targets]),
        ).loss
        steps.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        steps.step()
        slower.step()
        if step % 25 == 0 or step == STEPS - 1:
            print(step, round(loss.item(), 4), flush=True)


def main():
    torch.manual_seed(19)
    torch.set_num_threads(1)
    HERE.mkdir(exist_ok=True)
    words = tokenizer()
    ids = {text: words.token_to_id(text) for text in SPECIAL}
    vocabulary = words.get_vocab_size()
    config = Qwen3VLConfig(
        text_config={
            "vocab_size": vocabulary, "hidden_size": 24, "intermediate_size": 40,
            "num_hidden_layers": 3, "num_attention_heads": 4, "num_key_value_heads": 2,
            "head_dim": 16, "max_position_embeddings": 4096, "rms_norm_eps": 1e-6,
            "rope_parameters": {
                "rope_type": "default", "rope_theta": 5000000.0,
                "mrope_section": [4, 2, 2], "mrope_interleaved": True,
            },
            "tie_word_embeddings": True,
        },
        vision_config={
            "depth": 3, "hidden_size": 24, "intermediate_size": 40, "num_heads": 2, "in_channels": 3,
            "patch_size": 4, "spatial_merge_size": 2, "temporal_patch_size": 2, "out_hidden_size": 24,
            "num_position_embeddings": 25, "deepstack_visual_indexes": [0, 1],
        },
        image_token_id=ids["<|image_pad|>"], video_token_id=ids["<|video_pad|>"],
        vision_start_token_id=ids["<|vision_start|>"], vision_end_token_id=ids["<|vision_end|>"],
        tie_word_embeddings=True,
    )
    config._attn_implementation = "eager"
    model = Qwen3VLForConditionalGeneration(config).eval()
    weights = {}
    with torch.no_grad():
        for name, tensor in model.named_parameters():
            if name.endswith("bias"):
                drawn = torch.randn(tensor.shape) * 0.1
            elif "norm" in name:
                drawn = 1 + torch.randn(tensor.shape) * 0.2
            elif "embed" in name and tensor.dim() == 2:
                drawn = torch.randn(tensor.shape) * 0.5
            else:
                drawn = torch.randn(tensor.shape) * 1.4 / tensor[0].numel() ** 0.5
            tensor.copy_(drawn)
    limits = {"shortest_edge": 400, "longest_edge": 900}
    processor = Qwen2VLImageProcessor(
        patch_size=4, temporal_patch_size=2, merge_size=2, size=limits,
        image_mean=[0.5] * 3, image_std=[0.5] * 3,
    )
    fitted(model, words, processor, ids)
    with torch.no_grad():
        for name, tensor in model.named_parameters():
            weights[name] = tensor.bfloat16().contiguous()
            tensor.copy_(weights[name])
    save_file(weights, HERE / "model.safetensors", {"format": "pt"})

    # As the hub's files have it, which transformers 5 still reads and does not write.
    plain = config.to_dict()
    text = plain["text_config"]
    rope = text.pop("rope_parameters")
    text["rope_theta"] = rope.pop("rope_theta")
    text["rope_scaling"] = rope
    kept = {
        "text_config": [
            "vocab_size", "hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads",
            "num_key_value_heads", "head_dim", "hidden_act", "max_position_embeddings", "rms_norm_eps",
            "rope_theta", "rope_scaling", "attention_bias", "tie_word_embeddings",
        ],
        "vision_config": [
            "depth", "hidden_size", "hidden_act", "intermediate_size", "num_heads", "in_channels",
            "patch_size", "spatial_merge_size", "temporal_patch_size", "out_hidden_size",
            "num_position_embeddings", "deepstack_visual_indexes",
        ],
    }
    out = {part: {key: plain[part][key] for key in keys} for part, keys in kept.items()}
    top = ["image_token_id", "video_token_id", "vision_start_token_id", "vision_end_token_id"]
    out = {"model_type": "qwen3_vl", **out, **{key: plain[key] for key in top}, "tie_word_embeddings": True}

    def write(name, content):
        (HERE / name).write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n")

    write("config.json", out)
    write("generation_config.json", {"eos_token_id": [ids["<|im_end|>"], ids["<|endoftext|>"]]})
    write("chat_template.json", {"chat_template": TEMPLATE})
    write("preprocessor_config.json", {
        "size": limits, "patch_size": 4, "temporal_patch_size": 2, "merge_size": 2,
        "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5],
    })
    words.save(str(HERE / "tokenizer.json"), pretty=False)

    # One that is shrunk to the limit, and one that is enlarged to it.
    sizes = [(50, 34), (13, 31)]
    fast = PreTrainedTokenizerFast(tokenizer_object=words)
    asked = [{"type": "image"}, {"type": "image"}, {"type": "text", "text": QUESTION}]
    messages = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": asked}]
    prompt = fast.apply_chat_template(
        messages, chat_template=TEMPLATE, tokenize=False, add_generation_prompt=True
    )
    before, between, after = prompt.split("<|image_pad|>")
    golden = {}
    for name, bright in [("dark", 0), ("bright", 1)]:
        pictures = [picture(*size, bright, seed) for seed, size in enumerate(sizes)]
        made = processor(pictures, return_tensors="pt")
        grids = made["image_grid_thw"]
        pads = ["<|image_pad|>" * int(grid.prod() // 4) for grid in grids]
        whole = before + pads[0] + between + pads[1] + after
        input_ids = torch.tensor([words.encode(whole, add_special_tokens=False).ids])
        types = (input_ids == ids["<|image_pad|>"]).int()
        given = dict(mm_token_type_ids=types, image_grid_thw=grids, pixel_values=made["pixel_values"])
        with torch.no_grad():
            written = model.generate(
                input_ids=input_ids, attention_mask=torch.ones_like(input_ids), **given,
                do_sample=False, max_new_tokens=40, eos_token_id=ids["<|im_end|>"],
            )[0, input_ids.shape[1]:]
            assert words.decode(written.tolist()) == ANSWERS[bright], words.decode(written.tolist())
            golden[f"{name}.continuation"] = written
            for n, shown in enumerate(pictures):
                golden[f"{name}.picture.{n}"] = shown.permute(1, 2, 0)
            if name == "bright":
                continue
            seen = model.model.get_image_features(made["pixel_values"], grids, return_dict=True)
            positions, _ = model.model.get_rope_index(input_ids, types, image_grid_thw=grids)
            golden |= {
                "pixel_values": made["pixel_values"],
                "grid_thw": grids,
                "features": torch.cat(list(seen.pooler_output)),
                "input_ids": input_ids[0],
                "positions": positions[:, 0],
                "logits": model(input_ids=input_ids, use_cache=False, **given).logits[0],
            }
            for layer, features in enumerate(seen.deepstack_features):
                golden[f"deepstack.{layer}"] = torch.cat(list(features))
    save_file({name: tensor.contiguous() for name, tensor in golden.items()}, HERE / "golden.safetensors")
    print(vocabulary, input_ids.shape, grids.tolist(), written.tolist())


if __name__ == "__main__":
    main()
