"""What your functions do on examples that anybody may see, drawn on your feedback page."""

import torch

from autograder.picture import Picture, Plot, image, series


def _scene():
    """A house with a tree, in the morning sun: a picture [3, 36, 48]."""
    y, x = torch.meshgrid(torch.arange(36.0), torch.arange(48.0), indexing="ij")
    scene = torch.stack([0.45 + y / 80, 0.65 + y / 120, 0.95 - y / 400])
    for where, color in (
        ((x - 40).square() + (y - 6).square() < 14, (1.0, 0.85, 0.3)),  # the sun
        (y + 3 * torch.sin(x / 9) > 27, (0.35, 0.6, 0.3)),  # the meadow
        (((x - 14).abs() < 9) & (y > 14) & (y < 30), (0.9, 0.82, 0.68)),  # the house
        (((x - 14).abs() < 1.5 * (y - 6)) & (y > 6) & (y < 15), (0.72, 0.25, 0.2)),  # its roof
        (((x - 10).abs() < 3) & (y > 17) & (y < 23), (0.25, 0.4, 0.65)),  # its window
        (((x - 19).abs() < 3) & (y > 20) & (y < 30), (0.4, 0.25, 0.15)),  # its door
        (((x - 35).abs() < 1.5) & (y > 20) & (y < 32), (0.35, 0.22, 0.12)),  # the trunk
        ((x - 35).square() + (y - 18).square() < 28, (0.1, 0.38, 0.16)),  # the tree
    ):
        scene = torch.where(where, torch.tensor(color)[:, None, None], scene)
    return scene.double()


_SCENE = _scene()
_ORIGINAL = image("original", _SCENE, own=False)


def rotate_and_scale(student):
    """A signal, and what becomes of it for three pairs of shift and scale."""
    place = torch.arange(40, dtype=torch.float64)
    signal = sum(
        height * (-((place - at) / width).square()).exp()
        for at, width, height in ((12, 2.5, 1.0), (17, 2.0, -0.8), (23, 4.0, 0.6))
    )
    shifts, scales = torch.tensor([10, -15, 50]), torch.tensor([1.2, 1.0, 0.8], dtype=torch.float64)
    found = student.rotate_and_scale(signal.repeat(3, 1), shifts, scales)
    return Picture(
        "A signal that turns around the circle",
        "A positive shift should move the signal to the right, and a negative one to the left. What leaves at one end "
        "should come in at the other. The signal has 40 places, so the shift by 50 should be the one by 10 again, only "
        "lower. The shape should stay.",
        tuple(
            Plot(
                f"Shift {int(shift)}, scale {float(scale):g}",
                "place",
                "value",
                (series("your signal", place, row), series("original", place, signal, own=False)),
            )
            for shift, scale, row in zip(shifts, scales, found, strict=True)
        ),
    )


def flip(student):
    """The picture, mirrored and turned."""
    return Picture(
        "Mirrored, turned and cropped",
        "A horizontal flip should swap left and right, so that the sun moves to the left and stays at the top. A "
        "vertical one should put the roof below. Turned by 20°, the picture should lean to the left, with black "
        "corners, and not be bent out of shape. The crop should be the middle of that, and is shown enlarged.",
        (
            _ORIGINAL,
            image("horizontal flip", student.flip(_SCENE, True, False)),
            image("vertical flip", student.flip(_SCENE, False, True)),
            image("turned by 20°", student.rotate_and_crop(_SCENE, 20.0, 36, 48)),
            image("turned by 20°, 24 x 32", student.rotate_and_crop(_SCENE, 20.0, 24, 32)),
        ),
    )


def vertical_stretch(student):
    """The picture, made taller and less tall."""
    return Picture(
        "Stretched in height",
        "With a factor above 1 the house should become taller, and the top and the bottom of the picture leave the "
        "window. With a factor below 1 everything should become less tall, between two black strips. The middle row "
        "should stay where it is, and nothing should move to the side.",
        (
            _ORIGINAL,
            *(image(f"factor {factor}", student.vertical_stretch(_SCENE, factor)) for factor in (1.5, 1.2, 0.6)),
        ),
    )


def color_balance(student):
    """The picture in another light, and through a simple lens."""
    gains = {"evening": [1.2, 0.9, 0.6], "twice the light": [2.0, 2.0, 2.0]}
    white = torch.ones_like(_SCENE)
    return Picture(
        "Light and lens",
        "In the evening the picture should be redder. With twice the light it should be brighter, and what was bright "
        "before should be white. The vignette should darken the corners and leave the center as it is. On a white "
        "picture you see it alone, and all four corners should be equally dark.",
        (
            _ORIGINAL,
            *(
                image(name, student.color_balance(_SCENE, torch.tensor(gain, dtype=torch.float64)))
                for name, gain in gains.items()
            ),
            image("vignette, strength 0.8", student.vignette(_SCENE, 0.8)),
            image("the same on white", student.vignette(white, 0.8)),
        ),
    )


def gaussian_blur(student):
    """The picture, blurred a little and a lot, and a white picture that should stay white."""
    return Picture(
        "Out of focus",
        "The blurred pictures should be as bright as the original and have the same colors. The edges of things should "
        "become soft, to all sides alike. Near the border nothing should become darker, so a white picture should stay "
        "white up to its corners.",
        (
            _ORIGINAL,
            *(
                image(f"σ = {sigma:g}, {k} taps", student.gaussian_blur(_SCENE, k, sigma))
                for k, sigma in ((5, 1.0), (13, 3.0))
            ),
            image("white, σ = 3", student.gaussian_blur(torch.ones_like(_SCENE), 13, 3.0)),
        ),
    )


def pincushion(student):
    """A grid of straight lines through three lenses."""
    grid = torch.zeros(1, 48, 48, dtype=torch.float64)
    grid[:, 4::8] = grid[:, :, 4::8] = 1.0
    return Picture(
        "Straight lines through a lens",
        "With k below 0 the corners should be pulled outward, so that lines bend like the sides of a pincushion. With "
        "k above 0 the lines should bulge like a barrel, and black should come in from outside. With k = 0 nothing "
        "should change.",
        (
            image("original", grid, own=False),
            *(image(f"k = {k:g}", student.pincushion(grid, k)) for k in (-0.2, 0.0, 0.2)),
        ),
    )


def mnist_transforms(student):
    """A digit, as it is evaluated and as it is trained on."""
    y, x = torch.meshgrid(torch.arange(28.0), torch.arange(28.0), indexing="ij")
    bar, leg = (y - 7).abs() < 2, (x - 17 + (y - 7) / 2.5).abs() < 2
    digit = (255 * ((bar & (x > 7) & (x < 20)) | (leg & (y > 5) & (y < 23)))).to(torch.uint8)[None]
    pipelines = student.mnist_transforms()
    train, evaluate = pipelines
    return Picture(
        "A digit in training and in evaluation",
        "Values from -1 to 1 are drawn from black to white. In evaluation the digit should be upright and in the "
        "middle. In training every draw should be another one, turned by up to 30° to either side and moved a little. "
        "It should always be a digit of the same size, white on black.",
        (
            image("original", digit / 255, own=False),
            image("evaluation", (evaluate(digit) + 1) / 2),
            *(image(f"training {draw}", (train(digit) + 1) / 2) for draw in range(1, 7)),
        ),
    )


def photo_augmentation(student):
    """Seven draws of the pipeline for photographs."""
    photo = (255 * _SCENE).to(torch.uint8)
    pipeline = student.photo_augmentation()
    return Picture(
        "Seven draws of your pipeline",
        "About every second draw should be mirrored, none should be upside down, and the angles should differ, up to "
        "30° to either side. Brightness and contrast should change from draw to draw, and the colors stay natural.",
        (_ORIGINAL, *(image(f"draw {draw}", pipeline(photo)) for draw in range(1, 8))),
    )
