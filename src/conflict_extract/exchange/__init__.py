"""Labels in the formats of annotation tools, out and back in: Label Studio and brat."""
