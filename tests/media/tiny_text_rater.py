"""A real BERT of a few thousand weights that calls a text strong when one word stands in it."""

from __future__ import annotations

from pathlib import Path

MEANING = {"plain": "general", "strong": "explicit"}
STRONG = "scandal"
TOKENS = 16


def make_text_rater(where: Path, problem_type: str | None = None) -> Path:
    """Write it to a folder, with its tokenizer; returns the folder."""
    import torch
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

    vocabulary = {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "clay": 4, "bowl": 5, STRONG: 6}
    words = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    words.normalizer = normalizers.Lowercase()
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    words.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    PreTrainedTokenizerFast(
        tokenizer_object=words,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        model_max_length=TOKENS,
    ).save_pretrained(where)
    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=8,
        num_hidden_layers=1,
        num_attention_heads=1,
        intermediate_size=8,
        max_position_embeddings=TOKENS,
        id2label={0: "plain", 1: "strong"},
        label2id={"plain": 0, "strong": 1},
    )
    model = BertForSequenceClassification(config)
    _teach(model, vocabulary[STRONG])
    model.config.problem_type = problem_type
    model.eval().save_pretrained(where)
    return where


def _teach(model: object, strong: int) -> None:
    """Train it for a moment on texts with and without the word."""
    import torch

    net: torch.nn.Module = model  # type: ignore[assignment]
    chance = torch.Generator().manual_seed(1)
    adam = torch.optim.Adam(net.parameters(), lr=0.02)
    for _ in range(150):
        ids = torch.randint(4, 6, (32, TOKENS), generator=chance)
        ids[torch.rand(ids.shape, generator=chance) < 0.2] = 1
        ids[:, 0], ids[:, -1] = 2, 3
        truth = torch.arange(32) % 2
        places = torch.randint(1, TOKENS - 1, (32,), generator=chance)
        ids[truth == 1, places[truth == 1]] = strong
        loss = net(input_ids=ids, labels=truth).loss
        adam.zero_grad()
        loss.backward()
        adam.step()
