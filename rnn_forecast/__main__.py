from rnn_forecast.cli.main import main

if __name__ == "__main__":
    main()
