"""The SDXL painter: requests in, candidate pictures out, with ControlNet-Union, IP-Adapter, Lightning and LoRA."""

from models.sdxl.painter import SdxlPainter

__all__ = ["SdxlPainter"]
