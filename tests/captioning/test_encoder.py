"""The encoder, beside torchvision's MobileNetV2 with the same weights."""

from importlib.util import find_spec

import pytest
import torch
from captioning.tiny import alive
from torch import nn

from lstm_core.captioning.encoder import (
    CHANNELS,
    CUT,
    GRID,
    LOWER,
    Classifier,
    Encoder,
    begun,
    class_names,
    folded,
)


@pytest.fixture(scope="module")
def theirs():
    """Torchvision's network with random weights and statistics, and with ReLU for ReLU6."""
    if find_spec("torchvision") is None:
        pytest.skip("torchvision is not there to compare with")
    from captioning.torchvision_oracle import mobilenet_v2

    torch.manual_seed(0)
    network = mobilenet_v2(weights=None).eval()
    generator = torch.Generator().manual_seed(2)
    for module in list(network.modules()):
        for child, layer in module.named_children():
            if isinstance(layer, nn.ReLU6):
                setattr(module, child, nn.ReLU())
        if isinstance(module, nn.BatchNorm2d):
            for value in (module.weight.data, module.running_var):
                value.uniform_(0.5, 1.5, generator=generator)
            for value in (module.bias.data, module.running_mean):
                value.uniform_(-0.2, 0.2, generator=generator)
    return network


@torch.inference_mode()
def test_it_is_mobilenet_v2(theirs):
    encoder, classifier = Encoder(), Classifier()
    begun(encoder, classifier, theirs.state_dict())
    x = torch.randn(2, 3, 224, 224)
    expected = theirs.features(x)
    found = encoder(x)
    assert found.shape == (2, CHANNELS, GRID, GRID)
    torch.testing.assert_close(found, expected, rtol=1e-3, atol=1e-4 * float(expected.abs().max()))
    lower = encoder.lower(x)
    assert lower.shape == (2, *LOWER)
    torch.testing.assert_close(lower, theirs.features[:CUT](x), rtol=1e-3, atol=1e-3)
    torch.testing.assert_close(encoder.upper(lower), found)
    logits = theirs.classifier[1](expected.mean((2, 3)))
    kept = classifier(expected)
    assert (kept - logits).abs().max() < 0.03 * logits.std()


def test_weights_in_8_bits_come_back():
    classifier = Classifier()
    whole = torch.randint(-127, 128, (1000, 1280))
    whole[:, 0] = 127
    scale = torch.rand(1000, 1) + 0.1
    classifier.keep(whole * scale, torch.arange(1000.0))
    assert classifier.weight.equal(whole.to(torch.int8))
    features = torch.zeros(1, 1280, 1, 1)
    features[0, 3] = 1
    expected = whole[:, 3] * scale[:, 0] + torch.arange(1000.0)
    torch.testing.assert_close(classifier(features)[0], expected)
    assert all(not p.requires_grad for p in classifier.parameters())


def test_folding_a_normalisation():
    conv, norm = nn.Conv2d(3, 4, 3, bias=False), nn.BatchNorm2d(4).eval()
    norm.running_mean.uniform_()
    norm.running_var.uniform_(0.5, 2)
    nn.init.uniform_(norm.weight)
    weights = {f"a.12.0.{k}": v for k, v in conv.state_dict().items()}
    weights |= {f"a.12.1.{k}": v for k, v in norm.state_dict().items()}
    found = folded(weights)
    assert list(found) == ["a.12.0.weight", "a.12.0.bias"]
    x = torch.randn(1, 3, 5, 5)
    one = nn.functional.conv2d(x, found["a.12.0.weight"], found["a.12.0.bias"])
    torch.testing.assert_close(one, norm(conv(x)))
    assert folded(found).keys() == found.keys()
    with pytest.raises(KeyError):
        folded({"a.12.0.weight": conv.weight})


def test_what_is_never_trained():
    encoder = alive(Encoder())
    encoder.tune(upper=True)
    learning = {name.split(".")[1] for name, p in encoder.named_parameters() if p.requires_grad}
    assert learning == {str(n) for n in range(CUT, 19)}
    encoder.tune(upper=False)
    assert not any(p.requires_grad for p in encoder.parameters())


def test_names_of_classes():
    assert len(class_names()) == 1_000
    assert (class_names()[0], class_names()[207], class_names()[-1]) == (
        "tench", "golden retriever", "toilet tissue",
    )  # fmt: skip
