rate = float(input("rate? "))
