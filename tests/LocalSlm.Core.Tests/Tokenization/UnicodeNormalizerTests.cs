using LocalSlm.Tokenization;
using LocalSlm.Tokenization.Normalization;
using LocalSlm.Tokenization.Unicode;

namespace LocalSlm.Tests.Tokenization;

/// <summary>Normalisation by our tables, against Perl 5.36's Unicode::Normalize (Unicode 14) on random strings of characters
/// of Unicode 12.</summary>
public class UnicodeNormalizerTests
{
    // Text | NFC | NFD | NFKC | NFKD, in code points.
    private const string Cases = """
        327c | 327c | 327c | cc38 ace0 | 110e 1161 11b7 1100 1169
        1d7ce | 1d7ce | 1d7ce | 30 | 30
        1d63e | 1d63e | 1d63e | 43 | 43
        1ffd | b4 | b4 | 20 301 | 20 301
        fc1a | fc1a | fc1a | 62e 62d | 62e 62d
        1ee31 | 1ee31 | 1ee31 | 635 | 635
        1109a | 1109a | 11099 110ba | 1109a | 11099 110ba
        1f202 | 1f202 | 1f202 | 30b5 | 30b5
        1d76c | 1d76c | 1d76c | 3a7 | 3a7
        1d5a | 1d5a | 1d5a | 26f | 26f
        1ee4f | 1ee4f | 1ee4f | 639 | 639
        12c | 12c | 49 306 | 12c | 49 306
        ffba | ffba | ffba | 110e | 110e
        332d | 332d | 332d | 30d0 30fc 30ec 30eb | 30cf 3099 30fc 30ec 30eb
        1d674 | 1d674 | 1d674 | 45 | 45
        325e | 325e | 325e | 33 34 | 33 34
        2f7d | 2f7d | 2f7d | 800c | 800c
        af3c | af3c | 1101 1169 11b7 | af3c | 1101 1169 11b7
        ffc6 | ffc6 | ffc6 | 1165 | 1165
        1d623 | 1d623 | 1d623 | 62 | 62
        1d66a | 1d66a | 1d66a | 75 | 75
        1d1bb | 1d1b9 1d165 | 1d1b9 1d165 | 1d1b9 1d165 | 1d1b9 1d165
        fcf9 | fcf9 | fcf9 | 63a 649 | 63a 649
        2f836 | 53ca | 53ca | 53ca | 53ca
        2174 | 2174 | 2174 | 76 | 76
        3242 | 3242 | 3242 | 28 81ea 29 | 28 81ea 29
        2f813 | 34b9 | 34b9 | 34b9 | 34b9
        217d | 217d | 217d | 63 | 63
        1d591 | 1d591 | 1d591 | 6c | 6c
        fcbe | fcbe | fcbe | 641 62c | 641 62c
        cbdc | cbdc | 110d 1173 11af | cbdc | 110d 1173 11af
        13f | 13f | 13f | 4c b7 | 4c b7
        2f93f | 4008 | 4008 | 4008 | 4008
        1d4d | 1d4d | 1d4d | 67 | 67
        2469 | 2469 | 2469 | 31 30 | 31 30
        1d7c0 | 1d7c0 | 1d7c0 | 3c7 | 3c7
        407 | 407 | 406 308 | 407 | 406 308
        f97b | 7ce7 | 7ce7 | 7ce7 | 7ce7
        20e | 20e | 4f 311 | 20e | 4f 311
        3380 | 3380 | 3380 | 70 41 | 70 41
        61 fb7f 161 | 61 fb7f 161 | 61 fb7f 73 30c | 61 687 161 | 61 687 73 30c
        31 2f835 78 3270 74 f92b 79 | 31 7070 78 3270 74 72fc 79 | 31 7070 78 3270 74 72fc 79 | 31 7070 78 b2e4 74 72fc 79 | 31 7070 78 1103 1161 74 72fc 79
        2f8a0 1ec0 1da9f 1034 16f62 10a0f | 6081 1ec0 1da9f 1034 16f62 10a0f | 6081 45 302 300 1da9f 1034 16f62 10a0f | 6081 1ec0 1da9f 1034 16f62 10a0f | 6081 45 302 300 1da9f 1034 16f62 10a0f
        e4 7a 6d 110b3 e0163 e0106 1f3 | e4 7a 6d 110b3 e0163 e0106 1f3 | 61 308 7a 6d 110b3 e0163 e0106 1f3 | e4 7a 6d 110b3 e0163 e0106 64 7a | 61 308 7a 6d 110b3 e0163 e0106 64 7a
        1c35 952 e4 485 ff86 311 | 1c35 952 e4 485 ff86 311 | 1c35 952 61 308 485 ff86 311 | 1c35 952 e4 485 30cb 311 | 1c35 952 61 308 485 30cb 311
        65 119d2 3373 40d 2f86c | 65 119d2 3373 40d 219c8 | 65 119d2 3373 418 300 219c8 | 65 119d2 41 55 40d 219c8 | 65 119d2 41 55 418 300 219c8
        1eab 4e2d 1eae 61 17be ffee 1ee35 e0154 | 1eab 4e2d 1eae 61 17be ffee 1ee35 e0154 | 61 302 303 4e2d 41 306 301 61 17be ffee 1ee35 e0154 | 1eab 4e2d 1eae 61 17be 25cb 62a e0154 | 61 302 303 4e2d 41 306 301 61 17be 25cb 62a e0154
        1d6 1fa8 68 1ebf 1d627 612 | 1d6 1fa8 68 1ebf 1d627 612 | 75 308 304 3a9 313 345 68 65 302 301 1d627 612 | 1d6 1fa8 68 1ebf 66 612 | 75 308 304 3a9 313 345 68 65 302 301 66 612
        361 e0175 ddf 1df4 5b0 1b0e 10f4b | 361 e0175 ddf 5b0 1df4 1b0e 10f4b | 361 e0175 ddf 5b0 1df4 1b0d 1b35 10f4b | 361 e0175 ddf 5b0 1df4 1b0e 10f4b | 361 e0175 ddf 5b0 1df4 1b0d 1b35 10f4b
        dcf e0156 963 1ee99 e0174 11c34 6a b605 | dcf e0156 963 1ee99 e0174 11c34 6a b605 | dcf e0156 963 1ee99 e0174 11c34 6a 1104 1168 11b8 | dcf e0156 963 636 e0174 11c34 6a b605 | dcf e0156 963 636 e0174 11c34 6a 1104 1168 11b8
        fc01 41 11372 61 70 2f93d | fc01 41 11372 61 70 25044 | fc01 41 11372 61 70 25044 | 626 62d 41 11372 61 70 25044 | 64a 654 62d 41 11372 61 70 25044
        e0110 1ee8 78 69 b42 1ab9 1d556 | e0110 1ee8 78 69 b42 1ab9 1d556 | e0110 55 31b 301 78 69 b42 1ab9 1d556 | e0110 1ee8 78 69 b42 1ab9 65 | e0110 55 31b 301 78 69 b42 1ab9 65
        6e0 76 67 77 2f99a e0118 1f4 | 6e0 76 67 77 8363 e0118 1f4 | 6e0 76 67 77 8363 e0118 47 301 | 6e0 76 67 77 8363 e0118 1f4 | 6e0 76 67 77 8363 e0118 47 301
        e015a 11c3f 5b6 11081 79 c791 1d6f9 617 | e015a 11c3f 5b6 11081 79 c791 1d6f9 617 | e015a 11c3f 5b6 11081 79 110c 1161 11a8 1d6f9 617 | e015a 11c3f 5b6 11081 79 c791 3a8 617 | e015a 11c3f 5b6 11081 79 110c 1161 11a8 3a8 617
        70 1da12 2f94b 1d66c 6f | 70 1da12 4046 1d66c 6f | 70 1da12 4046 1d66c 6f | 70 1da12 4046 77 6f | 70 1da12 4046 77 6f
        71 119db 1bf3 4e2d fa2 e4 64 61 | 71 119db 1bf3 4e2d fa1 fb7 e4 64 61 | 71 119db 1bf3 4e2d fa1 fb7 61 308 64 61 | 71 119db 1bf3 4e2d fa1 fb7 e4 64 61 | 71 119db 1bf3 4e2d fa1 fb7 61 308 64 61
        fb3c 1f142 74 1da62 11a51 a8ea 6a | 5dc 5bc 1f142 74 1da62 11a51 a8ea 6a | 5dc 5bc 1f142 74 1da62 11a51 a8ea 6a | 5dc 5bc 53 74 1da62 11a51 a8ea 6a | 5dc 5bc 53 74 1da62 11a51 a8ea 6a
        1d73c 1d7b5 16f7f 6c 20eb 178 1d187 b42 | 1d73c 1d7b5 16f7f 6c 20eb 178 1d187 b42 | 1d73c 1d7b5 16f7f 6c 20eb 59 308 1d187 b42 | 3b7 3bc 16f7f 6c 20eb 178 1d187 b42 | 3b7 3bc 16f7f 6c 20eb 59 308 1d187 b42
        121 fa3f | 121 618e | 67 307 618e | 121 618e | 67 307 618e
        c8d6 65 61 2f900 8fc 77 76 81f | c8d6 65 61 6d3e 8fc 77 76 81f | 110c 116c 11b9 65 61 6d3e 8fc 77 76 81f | c8d6 65 61 6d3e 8fc 77 76 81f | 110c 116c 11b9 65 61 6d3e 8fc 77 76 81f
        67 327c 1d7c2 fac8 | 67 327c 1d7c2 9756 | 67 327c 1d7c2 9756 | 67 cc38 ace0 3c9 9756 | 67 110e 1161 11b7 1100 1169 3c9 9756
        fc9b 1d6b1 1eead 77 3140 70 | fc9b 1d6b1 1eead 77 3140 70 | fc9b 1d6b1 1eead 77 3140 70 | 626 647 39a 646 77 111a 70 | 64a 654 647 39a 646 77 111a 70
        16f80 1a61 1d7a7 ca51 79 2f959 | 16f80 1a61 1d7a7 ca51 79 7a40 | 16f80 1a61 1d7a7 110d 1165 11ac 79 7a40 | 16f80 1a61 3a8 ca51 79 7a40 | 16f80 1a61 3a8 110d 1165 11ac 79 7a40
        68 6f 30b8 f77 11342 e49 1e95 6c | 68 6f 30b8 f77 11342 e49 1e95 6c | 68 6f 30b7 3099 f77 11342 e49 7a 331 6c | 68 6f 30b8 fb2 f71 f80 11342 e49 1e95 6c | 68 6f 30b7 3099 fb2 f71 f80 11342 e49 7a 331 6c
        1d427 65 1e5e ac29 e01af 2fa00 11a8a d03 | 1d427 65 1e5e ac29 e01af 9829 11a8a d03 | 1d427 65 52 331 1100 1162 11b4 e01af 9829 11a8a d03 | 6e 65 1e5e ac29 e01af 9829 11a8a d03 | 6e 65 52 331 1100 1162 11b4 e01af 9829 11a8a d03
        67 2fc4 1da08 354 1da6c 30b8 | 67 2fc4 1da08 354 1da6c 30b8 | 67 2fc4 1da08 354 1da6c 30b7 3099 | 67 9e75 1da08 354 1da6c 30b8 | 67 9e75 1da08 354 1da6c 30b7 3099
        15e 77 1fd8 78 2497 614 | 15e 77 1fd8 78 2497 614 | 53 327 77 399 306 78 2497 614 | 15e 77 1fd8 78 31 36 2e 614 | 53 327 77 399 306 78 31 36 2e 614
        76 fc9a e01d8 16f87 1f12b 7a | 76 fc9a e01d8 16f87 1f12b 7a | 76 fc9a e01d8 16f87 1f12b 7a | 76 626 645 e01d8 16f87 43 7a | 76 64a 654 645 e01d8 16f87 43 7a
        484 72 1103b f75 3185 6e a9b6 1d1ac | 484 72 1103b f71 f74 3185 6e a9b6 1d1ac | 484 72 1103b f71 f74 3185 6e a9b6 1d1ac | 484 72 1103b f71 f74 1158 6e a9b6 1d1ac | 484 72 1103b f71 f74 1158 6e a9b6 1d1ac
        1fb0 68 4e2d 65 eba 328d | 1fb0 68 4e2d 65 eba 328d | 3b1 306 68 4e2d 65 eba 328d | 1fb0 68 4e2d 65 eba 6728 | 3b1 306 68 4e2d 65 eba 6728
        1da75 10f4b fecc 2f9d5 fe80 11442 317a | 1da75 10f4b fecc 8cc1 fe80 11442 317a | 1da75 10f4b fecc 8cc1 fe80 11442 317a | 1da75 10f4b 639 8cc1 621 11442 112d | 1da75 10f4b 639 8cc1 621 11442 112d
        1934 aa2e 4f4 e01bf 73 d4d 1fdb 1fab | 1934 aa2e 4f4 e01bf 73 d4d 38a 1fab | 1934 aa2e 427 308 e01bf 73 d4d 399 301 3a9 314 300 345 | 1934 aa2e 4f4 e01bf 73 d4d 38a 1fab | 1934 aa2e 427 308 e01bf 73 d4d 399 301 3a9 314 300 345
        61 3371 1d160 e01dc 368 317 f7c 77 | 61 3371 1d158 1d165 1d16e e01dc f7c 317 368 77 | 61 3371 1d158 1d165 1d16e e01dc f7c 317 368 77 | 61 68 50 61 1d158 1d165 1d16e e01dc f7c 317 368 77 | 61 68 50 61 1d158 1d165 1d16e e01dc f7c 317 368 77
        6d9 ff62 e0186 16f7e 1e7 348 e01c6 304e | 6d9 ff62 e0186 16f7e 1e7 348 e01c6 304e | 6d9 ff62 e0186 16f7e 67 348 30c e01c6 304d 3099 | 6d9 300c e0186 16f7e 1e7 348 e01c6 304e | 6d9 300c e0186 16f7e 67 348 30c e01c6 304d 3099
        ad22 e01d8 fe03 fcb1 613 fdb7 | ad22 e01d8 fe03 fcb1 613 fdb7 | 1100 116b 11b1 e01d8 fe03 fcb1 613 fdb7 | ad22 e01d8 fe03 635 62d 613 643 645 64a | 1100 116b 11b1 e01d8 fe03 635 62d 613 643 645 64a
        75 1eead 71 953 10ae6 | 75 1eead 71 10ae6 953 | 75 1eead 71 10ae6 953 | 75 646 71 10ae6 953 | 75 646 71 10ae6 953
        3384 1fdb fe60 4e2d 71 7a 65d | 3384 38a fe60 4e2d 71 7a 65d | 3384 399 301 fe60 4e2d 71 7a 65d | 6b 41 38a 26 4e2d 71 7a 65d | 6b 41 399 301 26 4e2d 71 7a 65d
        6d 1d599 ff62 e4 f9bd 2f98c | 6d 1d599 ff62 e4 5c3f 8204 | 6d 1d599 ff62 61 308 5c3f 8204 | 6d 74 300c e4 5c3f 8204 | 6d 74 300c 61 308 5c3f 8204
        a9ba 114b5 d329 78 3222 70 17c8 76 | a9ba 114b5 d329 78 3222 70 17c8 76 | a9ba 114b5 1111 1162 11a8 78 3222 70 17c8 76 | a9ba 114b5 d329 78 28 4e09 29 70 17c8 76 | a9ba 114b5 1111 1162 11a8 78 28 4e09 29 70 17c8 76
        73e 1713 f93b 1e3c 1037 | 73e 1713 788c 1e3c 1037 | 73e 1713 788c 4c 1037 32d | 73e 1713 788c 1e3c 1037 | 73e 1713 788c 4c 1037 32d
        d03 41 64 4e2d c4da fb6c 6b | d03 41 64 4e2d c4da fb6c 6b | d03 41 64 4e2d 110a 1172 11ad fb6c 6b | d03 41 64 4e2d c4da 6a4 6b | d03 41 64 4e2d 110a 1172 11ad 6a4 6b
        33ef 1e99 111b3 | 33ef 1e99 111b3 | 33ef 79 30a 111b3 | 31 36 65e5 1e99 111b3 | 31 36 65e5 79 30a 111b3
        1e87 6d fe09 6df 11c2f e019a 1d75b | 1e87 6d fe09 6df 11c2f e019a 1d75b | 77 307 6d fe09 6df 11c2f e019a 1d75b | 1e87 6d fe09 6df 11c2f e019a 396 | 77 307 6d fe09 6df 11c2f e019a 396
        34f 2f9b3 fd81 94d 11640 1e134 65 | 34f 8650 fd81 94d 11640 1e134 65 | 34f 8650 fd81 94d 11640 1e134 65 | 34f 8650 644 62d 64a 94d 11640 1e134 65 | 34f 8650 644 62d 64a 94d 11640 1e134 65
        1e92 1d57c 11a8c 11c3d 6d 11a47 11c9b 106d | 1e92 1d57c 11a8c 11c3d 6d 11a47 11c9b 106d | 5a 323 1d57c 11a8c 11c3d 6d 11a47 11c9b 106d | 1e92 51 11a8c 11c3d 6d 11a47 11c9b 106d | 5a 323 51 11a8c 11c3d 6d 11a47 11c9b 106d
        343 3327 3276 e4 fd28 | 313 3327 3276 e4 fd28 | 313 3327 3276 61 308 fd28 | 313 30c8 30f3 c790 e4 634 645 | 313 30c8 30f3 110c 1161 61 308 634 645
        11c3f 65 1d717 bb9b | 11c3f 65 1d717 bb9b | 11c3f 65 1d717 1106 1171 11ba | 11c3f 65 3b8 bb9b | 11c3f 65 3b8 1106 1171 11ba
        2f957 1d676 3159 85b 611 1d4e0 1ee81 | 79eb 1d676 3159 85b 611 1d4e0 1ee81 | 79eb 1d676 3159 85b 611 1d4e0 1ee81 | 79eb 47 116b 85b 611 51 628 | 79eb 47 116b 85b 611 51 628
        65 77 69 69 c42 1d58f 76 b5c | 65 77 69 69 c42 1d58f 76 b21 b3c | 65 77 69 69 c42 1d58f 76 b21 b3c | 65 77 69 69 c42 6a 76 b21 b3c | 65 77 69 69 c42 6a 76 b21 b3c
        71 2f0c 30b0 64 749 f97 2f907 | 71 2f0c 30b0 64 749 f97 6d34 | 71 2f0c 30af 3099 64 749 f97 6d34 | 71 5182 30b0 64 749 f97 6d34 | 71 5182 30af 3099 64 749 f97 6d34
        1d5b8 ec9 1da69 fe09 2f85b 1ce3 | 1d5b8 ec9 1da69 fe09 58f7 1ce3 | 1d5b8 ec9 1da69 fe09 58f7 1ce3 | 59 ec9 1da69 fe09 58f7 1ce3 | 59 ec9 1da69 fe09 58f7 1ce3
        b579 62 6c 4e2d 1f146 | b579 62 6c 4e2d 1f146 | 1104 1163 11b8 62 6c 4e2d 1f146 | b579 62 6c 4e2d 57 | 1104 1163 11b8 62 6c 4e2d 57
        1714 1dcd 352 c00 68 1d4e4 75 | 1714 352 1dcd c00 68 1d4e4 75 | 1714 352 1dcd c00 68 1d4e4 75 | 1714 352 1dcd c00 68 55 75 | 1714 352 1dcd c00 68 55 75
        70 c0e7 1da12 e0102 f97a 6e 2f8cb | 70 c0e7 1da12 e0102 6881 6e 65e3 | 70 1109 1163 11aa 1da12 e0102 6881 6e 65e3 | 70 c0e7 1da12 e0102 6881 6e 65e3 | 70 1109 1163 11aa 1da12 e0102 6881 6e 65e3
        c42 1da3c 3268 a82 1f2a 1f50 1a7b 16f67 | c42 1da3c 3268 a82 1f2a 1f50 1a7b 16f67 | c42 1da3c 3268 a82 397 313 300 3c5 313 1a7b 16f67 | c42 1da3c 110c a82 1f2a 1f50 1a7b 16f67 | c42 1da3c 110c a82 397 313 300 3c5 313 1a7b 16f67
        a881 f9d9 fad0 fb65 1f136 | a881 6144 22844 fb65 1f136 | a881 6144 22844 fb65 1f136 | a881 6144 22844 67f 47 | a881 6144 22844 67f 47
        e3a aabe 110ba 76 11367 75 e4 6f | 110ba e3a aabe 76 11367 75 e4 6f | 110ba e3a aabe 76 11367 75 61 308 6f | 110ba e3a aabe 76 11367 75 e4 6f | 110ba e3a aabe 76 11367 75 61 308 6f
        1d5bf e4 6c 653 fbde af3c 1ba5 72 | 1d5bf e4 6c 653 fbde af3c 1ba5 72 | 1d5bf 61 308 6c 653 fbde 1101 1169 11b7 1ba5 72 | 66 e4 6c 653 6cb af3c 1ba5 72 | 66 61 308 6c 653 6cb 1101 1169 11b7 1ba5 72
        65 6f d6f8 2474 c4a | 65 6f d6f8 2474 c4a | 65 6f 1112 116f 11bf 2474 c4a | 65 6f d6f8 28 31 29 c4a | 65 6f 1112 116f 11bf 28 31 29 c4a
        65 63 6e4 11d8a f97c f967 fc45 | 65 63 6e4 11d8a 826f 4e0d fc45 | 65 63 6e4 11d8a 826f 4e0d fc45 | 65 63 6e4 11d8a 826f 4e0d 645 62c | 65 63 6e4 11d8a 826f 4e0d 645 62c
        """;

    [Fact]
    public void Normalize_RandomStrings_EqualsPerl()
    {
        Differences differences = new();
        foreach (string line in Cases.Split('\n'))
        {
            string[] columns = line.Split('|');
            foreach (var form in Enum.GetValues<NormalizationForm>())
            {
                foreach (bool aligned in new[] { false, true })
                {
                    differences.Compare(
                        line,
                        $"{form}",
                        Parse(columns[1 + (int)form]),
                        Normalize(Parse(columns[0]), form, aligned).Span.ToString()
                    );
                }
            }
        }

        differences.AssertNone();
    }

    [Theory]
    [InlineData("\uAC01", "\u1100\u1161\u11A8")] // a Hangul syllable of three letters (The Unicode Standard, 3.12)
    [InlineData("\uAC00", "\u1100\u1161")]
    [InlineData("\u1E69", "s\u0323\u0307")] // UAX #15, figure 6
    [InlineData("\u212B", "A\u030A")] // a singleton
    public void Normalize_Nfd_EqualsStandard(string text, string expected) =>
        Assert.Equal(expected, Normalize(text, NormalizationForm.Nfd, aligned: false).Span.ToString());

    [Theory]
    [InlineData("\u1100\u1161\u11A8", "\uAC01")]
    [InlineData("s\u0307\u0323", "\u1E69")]
    [InlineData("\u0958", "\u0915\u093C")] // excluded from composition
    [InlineData("\u212B", "\u00C5")]
    public void Normalize_Nfc_EqualsStandard(string text, string expected) =>
        Assert.Equal(expected, Normalize(text, NormalizationForm.Nfc, aligned: false).Span.ToString());

    /// <summary>U+32FF came with Unicode 12.1: the reference's tables lack it, as wordlevel_ws_nfkc of the golden data shows.</summary>
    [Fact]
    public void Normalize_CharacterOfLaterUnicode_StaysAsItIs() =>
        Assert.Equal("\u32FF", Normalize("\u32FF", NormalizationForm.Nfkc, aligned: false).Span.ToString());

    [Fact]
    public void Normalize_Decomposition_KeepsAlignment()
    {
        var text = Normalize("a\uFB03b", NormalizationForm.Nfkd, aligned: true);
        Assert.Equal("affib", text.Span.ToString());
        Assert.Equal([0..1, 1..2, 1..2, 1..2, 2..3], Enumerable.Range(0, 5).Select(i => text.GetOriginal(i, 1)));
    }

    /// <summary>Sorting marks one by one would take hours here.</summary>
    [Fact]
    public void Normalize_MillionMarksOutOfOrder_EndsSoon()
    {
        string marks = string.Concat(Enumerable.Repeat("\u0301\u0323", 500_000));
        var started = TimeProvider.System.GetTimestamp();
        var text = Normalize("e" + marks, NormalizationForm.Nfd, aligned: true);
        Assert.Equal("e" + new string('\u0323', 500_000) + new string('\u0301', 500_000), text.Span.ToString());
        Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromMinutes(2));
    }

    [Fact]
    public void ToLower_EveryCharacter_KeepsItsLengthInUtf16()
    {
        for (int c = 0; c < 0x110000; c++)
        {
            if (c is >= 0xD800 and <= 0xDFFF)
            {
                continue;
            }

            int lower = UnicodeData.ToLower(c);
            Assert.True((lower < 0x10000) == (c < 0x10000), $"U+{c:X} becomes U+{lower:X}");
            Assert.Equal(lower, UnicodeData.ToLower(lower));
        }
    }

    private static AlignedText Normalize(string text, NormalizationForm form, bool aligned)
    {
        AlignedText result = new();
        result.Reset(text, 0, aligned);
        new UnicodeNormalizer(form).Normalize(result);
        return result;
    }

    private static string Parse(string hex) =>
        string.Concat(
            hex.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Select(h => char.ConvertFromUtf32(Convert.ToInt32(h, 16)))
        );
}
