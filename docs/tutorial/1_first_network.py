"""
A first network
===============

Text.
"""

import glassy

print(glassy.DenseHebbian(P=4))
