import Tchavi
