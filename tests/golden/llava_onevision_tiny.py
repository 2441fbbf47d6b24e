"""Makes llava_onevision_tiny/: a tiny seeded LLaVA-OneVision and what transformers makes of two pictures.

Fitted as its neighbour, qwen3_vl_tiny.py, to say whether the pictures are bright or dark.

    pip install torch torchvision transformers tokenizers safetensors && python llava_onevision_tiny.py

The folder is laid out as a checkpoint of the hub (llava-hf/llava-onevision-qwen2-0.5b-ov-hf), with the
names of its tensors there. All norms and biases are drawn, so that none of them is 1 or 0; the side of
a picture is no multiple of a patch's, as there. `golden.safetensors` has the pictures, what the
processor makes of them, what tower and projector make of that, and the answer.
"""

import json
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import (
    LlavaOnevisionConfig,
    LlavaOnevisionForConditionalGeneration,
    LlavaOnevisionImageProcessor,
    PreTrainedTokenizerFast,
)

from qwen3_vl_tiny import ANSWERS, QUESTION, SYSTEM, picture, tokenizer

HERE = Path(__file__).with_name("llava_onevision_tiny")
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<image>", "<video>"]
# The constructs of its template; those of transformers mark what an assistant generated.
TEMPLATE = """{% for message in messages %}{{'<|im_start|>' + message['role'] + ' '}}{# Render all images first #}{% for content in message['content'] | selectattr('type', 'equalto', 'image') %}{{ '<image>' }}{% endfor %}{# Render all text next #}{% if message['role'] != 'assistant' %}{% for content in message['content'] | selectattr('type', 'equalto', 'text') %}{{ '\\n' + content['text'] }}{% endfor %}{% else %}{% for content in message['content'] | selectattr('type', 'equalto', 'text') %}{% generation %}{{ '\\n' + content['text'] }}{% endgeneration %}{% endfor %}{% endif %}{{'<|im_end|>'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"""
SIDE, PATCH = 26, 4
TOKENS = (SIDE // PATCH) ** 2 + 1
STEPS, BATCH = 300, 4


def made(processor, pictures):
    """Pixel values, (pictures, 3, SIDE, SIDE), of several pictures that are shown together."""
    return processor([pictures], return_tensors="pt")["pixel_values"].flatten(0, 1)


def given(input_ids, pictures):
    """What the model takes. That the pictures are several keeps them whole."""
    sizes = torch.tensor([[SIDE, SIDE]] * len(pictures))
    count = torch.tensor([len(pictures)])
    return dict(input_ids=input_ids, pixel_values=pictures, image_sizes=sizes, batch_num_images=count)


def fitted(model, words, processor, ids):
    """Teaches `model` its answer, whatever the text is, for two or three pictures."""
    steps = torch.optim.Adam(model.parameters(), lr=4e-3)
    slower = torch.optim.lr_scheduler.CosineAnnealingLR(steps, STEPS)
    draw = lambda low, high: int(torch.randint(low, high, ()))
    plain = min(ids.values())
    token = lambda text: words.encode(text, add_special_tokens=False).ids
    for step in range(STEPS):
        count, text = draw(2, 4), draw(3, 60 if step % 10 else 400)
        loss = 0.0
        for n in range(BATCH):
            bright = n % 2
            shown = [picture(draw(8, 60), draw(8, 60), bright, draw(0, 1 << 30)) for _ in range(count)]
            row = token("<|im_start|>system \n") + torch.randint(0, plain, (draw(2, 9),)).tolist()
            row += token("<|im_end|><|im_start|>user ") + [ids["<image>"]] * (TOKENS * count)
            row += torch.randint(0, plain, (text,)).tolist() + token("<|im_end|><|im_start|>assistant\n")
            answer = token(ANSWERS[bright]) + [ids["<|im_end|>"]]
            labels = torch.tensor([[-100] * len(row) + answer])
            whole = given(torch.tensor([row + answer]), made(processor, shown))
            loss = loss + model(**whole, labels=labels).loss / BATCH
        steps.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        steps.step()
        slower.step()
        if step % 25 == 0 or step == STEPS - 1:
            print(step, round(loss.item(), 4), flush=True)


def on_the_hub(name):
    """The name that a tensor has there: transformers 5 has moved them."""
    for ours, theirs in [
        ("model.language_model.", "language_model.model."),
        ("lm_head.", "language_model.lm_head."),
        ("model.vision_tower.vision_model.", "vision_tower.vision_model."),
        ("model.vision_tower.", "vision_tower.vision_model."),
        ("model.multi_modal_projector.", "multi_modal_projector."),
        ("model.image_newline", "image_newline"),
    ]:
        if name.startswith(ours):
            return theirs + name[len(ours):]
    raise KeyError(name)


def main():
    torch.manual_seed(23)
    torch.set_num_threads(1)
    HERE.mkdir(exist_ok=True)
    words = tokenizer(SPECIAL)
    ids = {text: words.token_to_id(text) for text in SPECIAL}
    text = {
        "model_type": "qwen2", "vocab_size": words.get_vocab_size(), "hidden_size": 24,
        "intermediate_size": 40, "num_hidden_layers": 3, "num_attention_heads": 4,
        "num_key_value_heads": 2, "max_position_embeddings": 4096, "tie_word_embeddings": False,
    }
    vision = {
        "model_type": "siglip_vision_model", "hidden_size": 18, "intermediate_size": 40,
        "num_hidden_layers": 2, "num_attention_heads": 3, "image_size": SIDE, "patch_size": PATCH,
        "vision_use_head": False,
    }
    config = LlavaOnevisionConfig(
        text_config=text | {"rope_parameters": {"rope_type": "default", "rope_theta": 1e6}},
        vision_config=vision, image_token_index=ids["<image>"], video_token_index=ids["<video>"],
        image_grid_pinpoints=[[SIDE, SIDE]],
    )
    config._attn_implementation = "eager"
    model = LlavaOnevisionForConditionalGeneration(config).eval()
    # Trained and run without it: the last block's output is what is projected.
    for name, tensor in model.named_parameters():
        if "post_layernorm" in name:
            tensor.requires_grad_(False)
    with torch.no_grad():
        for name, tensor in model.named_parameters():
            if name.endswith("bias"):
                drawn = torch.randn(tensor.shape) * 0.1
            elif "norm" in name:
                drawn = 1 + torch.randn(tensor.shape) * 0.2
            elif "embed" in name and tensor.dim() == 2 or "newline" in name:
                drawn = torch.randn(tensor.shape) * 0.5
            else:
                drawn = torch.randn(tensor.shape) * 1.4 / tensor[0].numel() ** 0.5
            tensor.copy_(drawn)
    square = {"height": SIDE, "width": SIDE}
    processor = LlavaOnevisionImageProcessor(
        size=square, image_mean=[0.5] * 3, image_std=[0.5] * 3, image_grid_pinpoints=[[SIDE, SIDE]],
    )
    fitted(model, words, processor, ids)
    weights = {}
    with torch.no_grad():
        for name, tensor in model.named_parameters():
            weights[on_the_hub(name)] = tensor.bfloat16().contiguous()
            tensor.copy_(weights[on_the_hub(name)])
    save_file(weights, HERE / "model.safetensors", {"format": "pt"})

    def write(name, content):
        (HERE / name).write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n")

    write("config.json", {
        "model_type": "llava_onevision", "image_token_index": ids["<image>"],
        "video_token_index": ids["<video>"], "projector_hidden_act": "gelu",
        "vision_feature_layer": -1, "vision_feature_select_strategy": "full",
        "vision_aspect_ratio": "anyres_max_9", "image_grid_pinpoints": [[SIDE, SIDE]],
        "text_config": text | {"rope_theta": 1e6}, "vision_config": vision,
    })
    write("generation_config.json", {"eos_token_id": [ids["<|im_end|>"], ids["<|endoftext|>"]]})
    write("chat_template.json", {"chat_template": TEMPLATE})
    write("preprocessor_config.json", {
        "size": square, "image_mean": [0.5] * 3, "image_std": [0.5] * 3,
        "image_grid_pinpoints": [[SIDE, SIDE]],
    })
    words.save(str(HERE / "tokenizer.json"), pretty=False)

    # Both are padded, one high, one wide; one is shrunk, one enlarged.
    sizes = [(50, 34), (13, 31)]
    fast = PreTrainedTokenizerFast(tokenizer_object=words)
    asked = [{"type": "image"}, {"type": "image"}, {"type": "text", "text": QUESTION}]
    said = [{"type": "text", "text": SYSTEM}]
    prompt = fast.apply_chat_template(
        [{"role": "system", "content": said}, {"role": "user", "content": asked}],
        chat_template=TEMPLATE, tokenize=False, add_generation_prompt=True,
    )
    whole = prompt.replace("<image>", "<image>" * TOKENS)
    input_ids = torch.tensor([words.encode(whole, add_special_tokens=False).ids])
    golden = {}
    for name, bright in [("dark", 0), ("bright", 1)]:
        pictures = [picture(*size, bright, seed) for seed, size in enumerate(sizes)]
        values = made(processor, pictures)
        with torch.no_grad():
            written = model.generate(
                **given(input_ids, values), attention_mask=torch.ones_like(input_ids),
                do_sample=False, max_new_tokens=40, eos_token_id=ids["<|im_end|>"],
            )[0, input_ids.shape[1]:]
            assert words.decode(written.tolist()) == ANSWERS[bright], words.decode(written.tolist())
            golden[f"{name}.continuation"] = written
            for n, shown in enumerate(pictures):
                golden[f"{name}.picture.{n}"] = shown.permute(1, 2, 0)
            if name == "bright":
                continue
            shown = given(input_ids, values)
            of_pictures = {key: shown[key] for key in shown if key != "input_ids"}
            seen = model.model.get_image_features(**of_pictures, return_dict=True)
            golden |= {
                "pixel_values": values,
                "features": torch.cat(list(seen.pooler_output)),
                "input_ids": input_ids[0],
                "logits": model(**shown, use_cache=False).logits[0],
            }
    save_file({name: tensor.contiguous() for name, tensor in golden.items()}, HERE / "golden.safetensors")
    print(input_ids.shape, values.shape, written.tolist())


if __name__ == "__main__":
    main()
