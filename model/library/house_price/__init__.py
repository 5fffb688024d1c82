"""What would this house in Ames, Iowa, sell for on the open market?"""
